"""How many utterances of risk are found, how many that only sound so are raised, and what ordinary talk raises."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bench.grounding.data import aci_bench, primock57, qmsum, transcript_of
from pipeline.adapters.grounding.index import index_of
from pipeline.adapters.grounding.mentions import hits_in
from pipeline.domain.transcript import Transcript

_LABELS = Path(__file__).parent / "labels"
_DATA = Path("../shared/data")
_MISHEARD = 0.04
_SEED = 20261126


class Utterance(NamedTuple):
    """What somebody says, the topic it raises, and how: ``explicit``, ``indirect`` or ``benign``."""

    topic: str
    kind: str
    text: str


def main() -> None:
    """Print the table for each list, as written and as a recognizer would write it, then for ordinary talk."""
    print(f"{'list':<22} {'heard as':<10} {'explicit':>9} {'outright':>9} {'indirect':>9} {'benign raised':>14}")
    for name in ("unseen", "utterances"):
        utterances = list(_listed(name))
        for how, change in (("written", str), ("recognized", _recognized)):
            print(f"{name:<22} {how:<10} {_row(utterances, change)}")
    for name, transcripts in _ordinary():
        print(_talk(name, list(transcripts)))


def _listed(name: str) -> Iterator[Utterance]:
    for line in (_LABELS / f"risk_{name}.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Utterance(*(part.strip() for part in line.split("|")))


def _row(utterances: list[Utterance], change: Callable[[str], str]) -> str:
    found: Counter[str] = Counter()
    totals = Counter(utterance.kind for utterance in utterances)
    for utterance in utterances:
        hits = hits_in(index_of(transcript_of([("client", change(utterance.text))])))
        grave = any(hit.topic.critical for hit in hits)
        own = [hit for hit in hits if hit.topic.name == utterance.topic]
        found[utterance.kind] += grave or bool(own)
        found["outright"] += utterance.kind == "explicit" and any(not hit.indirect for hit in own)
    shares = [
        found["explicit"] / totals["explicit"],
        found["outright"] / totals["explicit"],
        found["indirect"] / totals["indirect"],
    ]
    return " ".join(f"{share:9.3f}" for share in shares) + f" {found['benign'] / totals['benign']:14.3f}"


def _recognized(text: str) -> str:
    """Return the words without marks or capitals, a few of them misheard; the same for the same text."""
    chance = random.Random(f"{_SEED}{text}")  # noqa: S311 - a seeded draw for a benchmark
    return " ".join(_misheard(word, chance) for word in re.sub(r"[^\w' -]", "", text.lower()).split())


def _misheard(word: str, chance: random.Random) -> str:
    if chance.random() >= _MISHEARD or not word.isalpha():
        return word.replace("'", "") if chance.random() < 0.2 else word
    return word[:-1] if len(word) > 3 else ""


def _ordinary() -> Iterator[tuple[str, Iterator[Transcript]]]:
    if not _DATA.exists():
        print("ordinary talk: ../shared/data is not here, so it is not measured")
        return
    yield "QMSum meetings", (meeting.transcript for meeting in qmsum(_DATA))
    yield "PriMock57", (case.transcript for case in primock57(_DATA))
    yield "ACI-Bench train", (case.transcript for case in aci_bench(_DATA, "train"))


def _talk(name: str, transcripts: list[Transcript]) -> str:
    hits: Counter[str] = Counter()
    for transcript in transcripts:
        hits.update(hit.topic.name for hit in hits_in(index_of(transcript)) if hit.topic.critical)
    words = sum(transcript.words for transcript in transcripts)
    counts = ", ".join(f"{topic} {count}" for topic, count in hits.most_common())
    return (
        f"{name}: {sum(hits.values()) * 1000 / words:.2f} utterances raised a critical topic in 1,000 words ({counts})"
    )


if __name__ == "__main__":
    main()
