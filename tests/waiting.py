"""Waiting for what must come."""

import time
from collections.abc import Callable
from datetime import timedelta

#: Enough for a slow machine that others work on too; only what never comes takes so long.
PATIENCE = timedelta(minutes=4)
#: Seldom enough that looking takes little from what is looked at.
_LOOK_SECONDS = 0.1


def until(done: Callable[[], bool], within: timedelta = PATIENCE) -> bool:
    """Wait for something; say whether it came."""
    deadline = time.monotonic() + within.total_seconds()
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_SECONDS)
    return True
