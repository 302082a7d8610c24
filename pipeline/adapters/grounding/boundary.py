"""Where support begins in this note: fixed thresholds do not travel between styles of note, so the note moves it.

A terse note has low scores throughout, a wordy one high scores; what its own middle lies off the middle of right
claims elsewhere is half made up for, less in a short note, and not at all where hardly anything fits the conversation.
"""

from collections.abc import Sequence
from statistics import median

#: Median log-odds of right claims on the training sets.
_CENTRE = 1.2
_SHARE = 0.5
_SHORT_NOTE = 5
_MOST = 0.8
#: A note whose middle lies lower is of another conversation.
_FOREIGN = -0.7


def shift_of(log_odds: Sequence[float]) -> float:
    """Return what to add to every claim's log-odds in this note."""
    if not log_odds:
        return 0.0
    middle = median(log_odds)
    if middle < _FOREIGN:
        return 0.0
    trust = len(log_odds) / (len(log_odds) + _SHORT_NOTE)
    return max(-_MOST, min(_MOST, _SHARE * trust * (_CENTRE - middle)))
