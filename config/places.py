"""Where in our own code an error came through that nobody planned for: a place, and never its message."""

import traceback
from pathlib import Path

_HOUSE = Path(__file__).parents[1]
_ROOMS = {(*_HOUSE.parts, room) for room in ("commands", "config", "pipeline", "workers", "web", "infra")}


def place_of(error: BaseException) -> str | None:
    """Return the line of ours that the error came through last, as in ``web/guard.py:45``."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).parts[: len(_HOUSE.parts) + 1] in _ROOMS]
    return f"{Path(ours[-1].filename).relative_to(_HOUSE)}:{ours[-1].lineno}" if ours else None
