"""Invented therapy sessions, their claims labelled by somebody who had not seen the verifier."""

import json
from collections.abc import Iterator
from pathlib import Path

from bench.grounding.data import Case, Labelled, transcript_of
from bench.grounding.natural import Board, scored
from pipeline.domain.evidence import Claim
from pipeline.ports import Verifier

_FOLDER = Path(__file__).parent / "probes"
#: By the beginning of a file's name.
_BOARDS = {
    "long": "Invented sessions, long ones, one fact off",
    "adversarial": "Invented sessions, right claims in other words",
    "typical": "Invented sessions, ordinary notes",
}


def boards(verifier: Verifier) -> Iterator[Board]:
    """Yield a board for each sort of session."""
    cases = list(probes())
    for prefix, title in _BOARDS.items():
        yield Board(title, tuple(scored([case for case in cases if case.group.startswith(prefix)], verifier)))


def probes() -> Iterator[Case]:
    """Yield the sessions with their claims; the kind of a wrong one says what was done to it."""
    for path in sorted(_FOLDER.glob("*.json")):
        session = json.loads(path.read_text(encoding="utf-8"))
        turns = [(role if role == "clinician" else f"{role} {who}", text) for who, role, text in session["segments"]]
        claims = tuple(
            Labelled(Claim(f"c{number}", text), label == "supported", error or "")
            for number, (label, error, text) in enumerate(session["claims"])
        )
        yield Case(path.stem, transcript_of(turns), claims)
