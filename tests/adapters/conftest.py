"""Helpers of these tests are imported by their own names: some trainers install a package that is called `tests`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
