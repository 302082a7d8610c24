"""Untrusted text in a report stays text."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pipeline.adapters.report import SessionReport, render_html, summary_lines
from pipeline.adapters.report.inert import inert
from pipeline.domain.evidence import EvidenceSpan, Finding
from pipeline.domain.transcript import Engine
from tests.factories_report import note, session_report, transcript, verification

ATTACK = "</style></p><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}\"'>"


class Elements(HTMLParser):
    """The names of a page's elements and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the names."""
        self.names += [tag, *(name for name, _ in attrs)]


def holding(text: str) -> SessionReport:
    """Return a report that has the text wherever a report takes text from outside."""
    report = session_report()
    heard, found = transcript(), verification()
    segments = tuple(replace(s, text=text, speaker=text, segment_id=f"{s.segment_id}{text}") for s in heard.segments)
    span = EvidenceSpan(segments[0].segment_id, text, 1.0, 2.0)
    finding = Finding(text, text, text, (span,))
    verdicts = tuple(
        replace(v, evidence=(span,), findings=(finding,), reasons=(text,), checks=()) for v in found.verdicts
    )
    mentions = tuple(replace(m, topic=text, evidence=(span,)) for m in found.mentions)
    engine = Engine(text, text, text, ((text, text),))
    return replace(
        report,
        note=replace(note(text), engine=engine),
        transcript=replace(heard, segments=segments, flags=(text,), engine=engine),
        verification=replace(found, verdicts=verdicts, mentions=mentions, flags=(text,)),
        consents=tuple(replace(c, form_version=text, method=text) for c in report.consents),
        software_version=text,
    )


def test_markup_in_any_text_stays_text() -> None:
    """Markup in a transcript, quote, finding, topic, flag, engine or consent opens no element."""
    plain, attacked = Elements(render_html(holding("x"))), Elements(render_html(holding(ATTACK)))

    assert attacked.names == plain.names


def test_markup_is_still_readable() -> None:
    """What was said is shown as it was said, escaped."""
    html = render_html(holding(ATTACK))

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ 7*7 }}" in html


@pytest.mark.parametrize(
    "character",
    ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\u200e", "\u202e", "\u2066", "\u2069", "\u2028", "\ufeff", "\ue000"],
)
def test_a_steering_character_is_shown_and_does_nothing(character: str) -> None:
    """Control, bidirectional and private characters reach neither the page nor the terminal."""
    report = holding(f"take{character}two")
    html, lines = render_html(report), summary_lines(report)

    assert character not in html
    assert f"take\u27e8U+{ord(character):04X}\u27e9two" in html
    assert not any(character in line.text for line in lines)


def test_half_a_character_can_be_written() -> None:
    """A lone surrogate, as broken imports hold, does not stop the page from being saved."""
    html = render_html(holding("half \ud800 a pair"))

    assert "U+D800" in html
    assert html.encode()


def test_a_line_break_cannot_forge_a_line() -> None:
    """No summary line holds a line break of the session's text."""
    lines = summary_lines(holding("one\r\n✓ 2. All is well [Supported]"))

    assert not any("\n" in line.text or "\r" in line.text for line in lines)


def test_letters_of_every_script_stay() -> None:
    """Accents, other scripts and joined emoji are left as they are."""
    text = "Café, Bjørn, 日本, עברית, 👩\u200d👧"

    assert inert(text) == text


def test_the_policy_allows_the_one_style_sheet() -> None:
    """The page's policy names the hash of its own style sheet and allows nothing else."""
    html = render_html(holding(ATTACK))
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style.group(1).encode()).digest()).decode()

    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in html
