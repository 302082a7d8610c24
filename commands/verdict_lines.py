"""Verdicts on a terminal: the note sentence by sentence, then what was said and is not in it."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from pipeline.adapters.report.corrections import Corrections
from pipeline.adapters.report.findings import CheckedSentence, Quote, SafetyPoint
from pipeline.adapters.report.inert import inert
from pipeline.adapters.report.verdicts import VerdictsView
from pipeline.domain.evidence import Verdict

STYLES = {
    Verdict.SUPPORTED: "green",
    Verdict.PARTIAL: "yellow",
    Verdict.UNSUPPORTED: "yellow",
    Verdict.CONTRADICTED: "bold red",
    Verdict.NOT_CHECKED: "dim",
}
_QUOTES = 2
_INDENT = 4


def show_verdicts(view: VerdictsView, console: Console) -> None:
    """Print the verdicts so that a person can read them; whatever was said cannot steer the terminal."""
    for flag in view.flags:
        console.print(Text(f"! {flag}", style="bold yellow"))
    if view.corrections is not None:
        _print(console, _correction(view.corrections))
    for section in view.sections:
        console.print(Text(f"\n{inert(section.title)}", style="bold"))
        for sentence in section.sentences:
            _print(console, _sentence(sentence))
    if not view.sentences:
        console.print(Text("The note has no sentence to check.", style="yellow"))
    _print_safety(view, console)
    _print_counts(view, console)


def _print(console: Console, lines: Iterator[tuple[int, Text]]) -> None:
    for indent, text in lines:
        console.print(Padding(text, (0, 0, 0, indent)), soft_wrap=False)


def _correction(corrections: Corrections) -> Iterator[tuple[int, Text]]:
    yield 0, Text("\nSince the transcript was corrected", style="bold")
    yield 0, Text(corrections.summary)
    for change in corrections.changes:
        verdict = (
            f"{change.now}, as before" if change.earlier == change.now else f"{change.earlier} \u2192 {change.now}"
        )
        yield 0, Text.assemble((f"{change.number}. {verdict}: ", "bold yellow"), inert(change.text))
        for quote in change.quotes:
            yield from _quotes(f"{quote.word.lower()}; was", (quote.was,))
            yield from _quotes("now", () if quote.now is None else (quote.now,))


def _sentence(sentence: CheckedSentence) -> Iterator[tuple[int, Text]]:
    style = STYLES[sentence.verdict]
    yield 0, Text.assemble((f"{sentence.symbol} {sentence.word}: ", style), inert(sentence.text))
    for reason in sentence.reasons:
        about = f' ("{inert(reason.about)}")' if reason.about else ""
        yield (
            _INDENT,
            Text(f"{reason.sentence}{about}", style="" if sentence.verdict is not Verdict.SUPPORTED else "dim"),
        )
        yield from _quotes("said instead", reason.counter)
    if not any(reason.counter for reason in sentence.reasons):
        yield from _quotes(sentence.label.lower(), sentence.quotes)


def _quotes(label: str, quotes: Sequence[Quote]) -> Iterator[tuple[int, Text]]:
    for quote in quotes[:_QUOTES]:
        yield _INDENT, Text(f'{label}, {quote.at} {quote.role}: "{inert(quote.text)}"', style="dim")


def _print_safety(view: VerdictsView, console: Console) -> None:
    missing = [point for point in view.safety if not point.in_note]
    if missing:
        console.print(Text("\nSaid, and not in the note", style="bold"))
        console.print(Text(view.safety_caveat, style="dim"))
    for point in missing:
        _print(console, _point(point))


def _point(point: SafetyPoint) -> Iterator[tuple[int, Text]]:
    in_other_words = "; said in other words, so read it yourself" if point.indirect else ""
    yield (
        0,
        Text(f"\u26a0 {point.topic}: {point.how}{in_other_words}", style="bold red" if point.critical else "yellow"),
    )
    yield from _quotes("heard", point.quotes)


def _print_counts(view: VerdictsView, console: Console) -> None:
    counts = ", ".join(f"{share.count} {share.word.lower()}" for share in view.shares if share.count)
    if counts:
        console.print(Text(f"\n{counts}. Checked by {view.engine}.", style="bold"))
