"""`python -m r1rewards`."""

import sys

from r1rewards.cli import main

sys.exit(main())
