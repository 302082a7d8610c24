"""How often what a check finds is right, over thousands of short excerpts: `make bench-checks`."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from bench.grounding.data import Case, Labelled, transcript_of
from bench.grounding.negatives import numbered
from pipeline.adapters.grounding import GroundingVerifier
from pipeline.domain.evidence import Claim, ClaimVerdict
from pipeline.ports import SessionFacts

_FOLDER = Path(__file__).parent / "excerpts"
#: Files up to this number were looked at while checks were mended.
_LOOKED_AT = 8


class Met(NamedTuple):
    """A claim, whether it is right, and what the verifier says of it."""

    right: bool
    verdict: ClaimVerdict


def main() -> None:
    """Print for each verdict and each reason how many right and wrong claims it met."""
    console = Console(width=120)
    for title, looked_at in (("Looked at", True), ("Not looked at", False)):
        console.print(_table(title, list(_met(excerpts(looked_at=looked_at)))))


def excerpts(*, looked_at: bool) -> Iterator[Case]:
    """Yield the excerpts as sessions of their own."""
    for path in sorted(_FOLDER.glob("*.jsonl")):
        if (int(path.stem.rpartition("-")[2]) <= _LOOKED_AT) is not looked_at:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()):
            row = json.loads(line)
            turns = [(who if who.lower() == role else f"{role} {who}", text) for role, who, text in row["turns"]]
            claims = [Labelled(Claim("", text), bool(right), kind) for right, kind, text in row["claims"]]
            yield Case(f"{path.stem}-{number}", transcript_of(turns), numbered(claims))


def _met(cases: Iterator[Case]) -> Iterator[Met]:
    verifier = GroundingVerifier()
    for case in cases:
        verdicts = verifier.verify([item.claim for item in case.claims], case.transcript, SessionFacts()).verdicts
        yield from (Met(item.right, verdict) for item, verdict in zip(case.claims, verdicts, strict=True))


def _table(title: str, met: list[Met]) -> Table:
    right, wrong = Counter[str](), Counter[str]()
    for claim in met:
        names = {claim.verdict.verdict.value.upper(), *(f.reason_code for f in claim.verdict.findings)}
        (right if claim.right else wrong).update(names)
    table = Table(
        "verdict or reason", "right claims", "wrong claims", "share wrong", title=f"{title}: {len(met)} claims"
    )
    for name in sorted(right.keys() | wrong.keys(), key=lambda name: (name.islower(), -right[name] - wrong[name])):
        share = wrong[name] / (right[name] + wrong[name])
        table.add_row(name, str(right[name]), str(wrong[name]), f"{share:.2f}")
    return table


if __name__ == "__main__":
    main()
