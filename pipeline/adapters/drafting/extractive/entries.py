"""What a note may say, before it is put into words: statements under their topics."""

from dataclasses import dataclass, field

from pipeline.adapters.drafting.extractive.speech import Statement
from pipeline.domain.layout import Topic


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement under its topic."""

    topic: Topic
    statement: Statement = field(repr=False)
    #: What the other voice said to it.
    reply: Statement | None = field(default=None, repr=False)
    #: The technique it shows, or empty.
    technique: str = ""
    #: How much it tells; higher is kept first.
    salience: float = 0.0
    #: Never left out for length.
    needed: bool = False
