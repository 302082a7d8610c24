"""A session's report in short, for a terminal."""

from pathlib import Path

from rich.text import Text

from commands.opening import console
from pipeline.adapters.report import SessionReport, Tone, summary_lines

STYLES = {Tone.HEADING: "bold", Tone.GOOD: "green", Tone.CAUTION: "yellow", Tone.BAD: "red", Tone.QUIET: "dim"}


def print_summary(report: SessionReport, report_path: Path) -> None:
    """Print what a clinician wants to know first, and where the rest is."""
    for line in summary_lines(report):
        # Untrusted words: no markup is read from them.
        console.print(Text("  " * line.indent + line.text, style=STYLES.get(line.tone, "")))
    console.print(f"\nThe whole report: {report_path.resolve()}")
