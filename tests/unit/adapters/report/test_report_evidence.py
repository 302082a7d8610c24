"""How quotes are shown: once each, for what they are, and no more than a reader can take in."""

from dataclasses import replace

from pipeline.adapters.report import render_html
from pipeline.domain.evidence import Verdict, Verification
from tests.factories_report import quote, session_report, transcript, verification


def with_evidence(number: int, **changes: object) -> str:
    """Return the page whose verdict with this number is changed."""
    found = verification()
    verdicts = list(found.verdicts)
    verdicts[number] = replace(verdicts[number], **changes)
    return render_html(session_report(verification=replace(found, verdicts=tuple(verdicts))))


def sentence(html: str, number: int) -> str:
    """Return the part of the page about one sentence."""
    return html.split(f'id="s{number}"')[1].partition("</li>")[0]


def test_words_within_words_are_quoted_once() -> None:
    """A quote that holds, or is held by, one already shown from the same segment is left out."""
    html = sentence(with_evidence(0, evidence=(quote(3, "The walk, twice."), quote(3), quote(7))), 1)

    assert html.count("The walk, twice.") == 1
    assert html.count("<blockquote>") == 2


def test_what_does_not_bear_a_sentence_out_is_not_called_evidence() -> None:
    """Quotes of a sentence without support are the nearest words and nothing more."""
    html = sentence(with_evidence(0, verdict=Verdict.UNSUPPORTED), 1)

    assert "Nearest words" in html
    assert "Evidence" not in html


def test_a_sentence_from_records_quotes_nobody() -> None:
    """A sentence that was confirmed by records shows no words of the session as if it rested on them."""
    html = sentence(
        with_evidence(0, verdict=Verdict.NOT_CHECKED, reasons=("confirmed_by_records",), evidence=(quote(7),)), 1
    )

    assert "<blockquote>" not in html
    assert "Rests on records or on silence, not on words." in html


def test_a_matter_that_came_up_often_names_its_further_places() -> None:
    """Three quotes of a safety matter are shown, and the further ones as links to their moments."""
    found = verification()
    often = replace(found.mentions[0], evidence=tuple(quote(number) for number in (9, 10, 11, 12, 13)))
    html = render_html(session_report(verification=Verification((), (often,), found.engine)))
    card = html.split('<li class="point')[1].partition("</li>")[0]

    assert card.count("<blockquote>") == 3
    assert 'Also at <a href="#t13">1:32</a>, <a href="#t14">1:41</a>.' in card


def test_no_role_is_certain() -> None:
    """A confidence that would round to certainty is told as over 99 %."""
    heard = transcript()
    sure = tuple(replace(segment, role_confidence=0.9999) for segment in heard.segments)
    html = render_html(session_report(transcript=replace(heard, segments=sure)))

    assert "<td>over 99%</td>" in html
    assert "<td>100%</td>" not in html
