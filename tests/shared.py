"""Where the shared case and data files lie, if they are here at all."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(__file__).resolve().parent.parent
_PLACE = Path(os.environ.get("R1REWARDS_SHARED", _HERE.parent / "shared"))

SHARED: Path | None = _PLACE if _PLACE.is_dir() else None
