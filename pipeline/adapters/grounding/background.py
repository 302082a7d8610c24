"""How often a thing comes up in conversations at large, so that what is said everywhere counts for little."""

import json
import math
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from pipeline.adapters.grounding.index import Stance, TranscriptIndex
from pipeline.adapters.grounding.passage import Term

_FILE = "model/background.json"
_DENIED = "-"


@dataclass(frozen=True, slots=True)
class Background:
    """In how many conversations of a corpus each name comes up; a denial counts under the name with a minus."""

    conversations: int
    counts: dict[str, int] = field(repr=False)

    def share(self, term: Term, *, denied: bool = False) -> float:
        """Return the share of conversations in which a term comes up, or is denied."""
        mark = _DENIED if denied else ""
        count = max((self.counts.get(mark + name, 0) for name in term.names), default=0)
        return (count + 0.5) / (self.conversations + 1.0)

    def surprise(self, term: Term) -> float:
        """Return how much it says that a term comes up, in nats."""
        return -math.log(self.share(term))


@cache
def background() -> Background:
    """Return the corpus counts shipped beside this module (bench/grounding/train.py makes them)."""
    document = json.loads((files(__package__) / _FILE).read_text(encoding="utf-8"))
    return Background(document["conversations"], document["counts"])


def names_raised(index: TranscriptIndex) -> set[str]:
    """Return the names that come up in a conversation, and with a minus those that are denied in it."""
    raised = {name for name in index.postings if not name.startswith("##")}
    denied = {
        _DENIED + name
        for name in raised
        if not name.startswith("#")
        and any(mention.stance is Stance.DENIED for mention in index.mentions(frozenset((name,))))
    }
    return raised | denied
