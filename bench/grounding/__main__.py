"""Print what the default verifier is worth: `make bench-grounding`. Natural errors and injected ones are kept apart."""

import argparse
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.grounding import natural, probes, published, speed
from bench.grounding.data import Case, aci_bench, own_sessions, primock57
from bench.grounding.injected import Board, claim_only, run
from bench.grounding.scores import auroc, balanced_accuracy, figure, recall
from pipeline.adapters.grounding import GroundingVerifier

#: What is wanted of each sort: the share of right sentences that may be flagged, and the recall there.
WANTED = {
    "medication": (0.05, 0.95), "relative": (0.05, 0.95), "number": (0.05, 0.85), "side": (0.05, 0.95),
    "quotation": (0.05, 0.95), "consent": (0.05, 0.95), "false_denial": (0.10, 0.85),
    "fabricated_risk": (0.10, 0.90), "foreign": (0.10, 0.85), "negation": (0.10, 0.70), "attribution": (0.10, 0.75),
    "time": (0.10, 0.65), "certainty": (0.10, 0.60),
}  # fmt: skip


def main() -> None:
    """Print both scoreboards and the speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--notes", type=int, default=16, help="notes of each public set to inject errors into")
    arguments = parser.parse_args()
    console = Console(width=140)
    if not arguments.data.exists():
        console.print(f"No public sets in {arguments.data}: the natural scoreboard is left out.")
    _natural(console, arguments.data)
    for name, load in _noted_sets(arguments.data, arguments.notes):
        _injected(console, name, load())
    _speed(console)


def _natural(console: Console, root: Path) -> None:
    table = Table("set", "claims", "wrong", "AUROC", "balanced accuracy", "recall at 10 % false flags", title="Natural")
    verifier = GroundingVerifier()
    for board in (*probes.boards(verifier), *natural.boards(root, verifier)):
        rows = board.rows
        wrong = sum(not row.right for row in rows) / len(rows)
        figures = (str(figure(rows, measure)) for measure in (auroc, balanced_accuracy, recall))
        table.add_row(board.name, str(len(rows)), f"{wrong:.2f}", *figures, style="dim" if board.refitted else "")
        for kind in sorted({row.kind for row in rows} - {""}):
            part = [row for row in rows if row.right or row.kind == kind]
            if not board.refitted and sum(not row.right for row in part):
                number = str(sum(not row.right for row in part))
                table.add_row(f"   {kind}", number, "", str(figure(part, auroc)), "", str(figure(part, recall)))
    console.print(table)
    console.print(
        "Intervals draw whole conversations. Dim rows weigh the same figures anew on other parts of their set."
    )
    console.print("Published, SummEdits:", *published.SUMMEDITS, published.SUMMEDITS_NOTE, sep="\n  ")
    console.print("Published, TofuEval:", *published.TOFUEVAL, published.TOFUEVAL_NOTE, sep="\n  ")


def _noted_sets(root: Path, most: int) -> list[tuple[str, Callable[[], list[Case]]]]:
    """Return the sets of right notes: ours, and two of which no encounter was trained on or none of the style was."""
    sets: list[tuple[str, Callable[[], list[Case]]]] = [("our invented sessions", lambda: list(own_sessions()))]
    if (root / "aci_bench").exists():
        sets.append(("ACI-Bench, first test part", lambda: list(aci_bench(root, "clinicalnlp_taskB_test1"))[:most]))
    if (root / "primock57").exists():
        sets.append(("PriMock57 (transcripts seen in training)", lambda: list(primock57(root))[:most]))
    return sets


def _injected(console: Console, name: str, cases: list[Case]) -> None:
    board = run(cases, GroundingVerifier())
    table = Table("sort", "edits", "5 % false flags", "10 % false flags", "shipped boundary", "wanted", title=name)
    for sort in sorted(board.wrong):
        table.add_row(sort, str(len(board.wrong[sort])), *_recalls(board, sort), _wish(board, sort))
    console.print(table)
    console.print(
        f"right sentences flagged at the shipped boundary: {board.flagged(board.right):.3f} of {len(board.right)}"
    )
    console.print("benign edits are of sentences not flagged before; sentences of real notes need not all be right")
    console.print(
        f"benign edits flagged: {board.flagged(board.benign):.3f} of {len(board.benign)}, wanted 0.08 at most"
    )
    console.print(f"claim-only control, AUROC (0.5 is blind): {claim_only(board):.3f}\n")


def _recalls(board: Board, sort: str) -> list[str]:
    return [f"{board.recall(sort, share):.2f}" for share in (0.05, 0.10)] + [f"{board.flagged(board.wrong[sort]):.2f}"]


def _wish(board: Board, sort: str) -> str:
    if sort not in WANTED:
        return ""
    share, least = WANTED[sort]
    return f"{least:.2f} at {share:.0%}: {'reached' if board.recall(sort, share) >= least else 'not reached'}"


def _speed(console: Console) -> None:
    found = speed.measured()
    console.print(
        f"40 sentences against 8,000 words: {found.median_ms:.0f} ms of processor time (wanted 300), the first one "
        f"{found.first_ms:.0f} ms, {found.per_sentence_ms:.1f} ms a sentence, peak memory {found.peak_mb:.0f} MB "
        f"(wanted 300), same input same bytes: {'yes' if found.same_bytes else 'NO'}"
    )


if __name__ == "__main__":
    main()
