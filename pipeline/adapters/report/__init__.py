"""The report a clinician reads in the morning: one HTML page, and its short form for a terminal."""

from pipeline.adapters.report.facts import DeletionProof, SessionReport, StreamCheck
from pipeline.adapters.report.page import render_html
from pipeline.adapters.report.summary import SummaryLine, Tone, summary_lines

__all__ = [
    "DeletionProof",
    "SessionReport",
    "StreamCheck",
    "SummaryLine",
    "Tone",
    "render_html",
    "summary_lines",
]
