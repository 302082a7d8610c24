"""Whether the index from sessions to entries leads to each entry that speaks of a session, and to no other."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.domain.session import SessionId


@dataclass(slots=True)
class Mentions:
    """The rows of one stream's index, in the order of the entries, read beside them."""

    rows: Iterator[tuple[int, SessionId]]
    _ahead: tuple[int, SessionId] | None = field(init=False)

    def __post_init__(self) -> None:
        """Look at the first row."""
        self._ahead = next(self.rows, None)

    def lead_to(self, seq: int, session_id: object) -> bool:
        """Say whether the index has just what the next entry asks for: its session, or nothing."""
        if session_id is None:
            return self._ahead is None or self._ahead[0] > seq
        fits = self._ahead == (seq, session_id)
        self._ahead = next(self.rows, None)
        return fits

    @property
    def are_over(self) -> bool:
        """Say whether every row led somewhere."""
        return self._ahead is None
