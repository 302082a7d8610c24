"""The command ``verify`` beside verdicts from before the transcript was corrected."""

import json
from pathlib import Path

import pytest
from typer.testing import Result

from pipeline.errors import VerificationInvalidError
from tests.unit.commands.test_verify import NOTE, TALK, verify


def corrected(folder: Path, *arguments: str, earlier: str = "") -> Result:
    """Verify the note, correct the transcript, and verify again beside the verdicts of before."""
    note, before = folder / "note.txt", folder / "before.jsonl"
    note.write_text(NOTE, encoding="utf-8")
    misheard = TALK.replace("About four hours", "About fourteen hours")
    assert verify(folder, "--note", str(note), "-o", str(before), talk=misheard).exit_code == 0
    if earlier:
        before.write_text(earlier, encoding="utf-8")
    return verify(folder, "--note", str(note), "--earlier", str(before), *arguments)


def test_a_correction_is_told_beside_each_verdict(tmp_path: Path) -> None:
    """With earlier verdicts, each line holds what its verdict was and what its quotes have become."""
    first, *_ = map(json.loads, corrected(tmp_path).stdout.splitlines())

    assert (first["earlier"]["verdict"], first["verdict"]) == ("contradicted", "supported")
    reworded = [quote for quote in first["earlier"]["quotes"] if quote["standing"] == "reworded"]
    assert "fourteen" in reworded[0]["was"]["quote"]
    assert "four hours" in reworded[0]["now"]["quote"]


def test_a_page_shows_what_a_correction_changed(tmp_path: Path) -> None:
    """The page begins with the sentences to read again, and their quotes before and now."""
    page = tmp_path / "verdicts.html"

    result = corrected(tmp_path, "-o", str(page))

    assert result.exit_code == 0
    written = page.read_text(encoding="utf-8")
    assert "Since the transcript was corrected" in written
    assert "2 of 4 sentences to read again" in written
    assert "About fourteen hours" in written


@pytest.mark.parametrize(
    ("earlier", "where"), [('{"id": 1}\n', "line 1"), ("[]", "document"), ('{"id": "a"}\nnothing', "line 1")]
)
def test_what_is_no_verdicts_is_refused(tmp_path: Path, earlier: str, where: str) -> None:
    """Earlier verdicts that are none are refused with the place of the fault."""
    result = corrected(tmp_path, earlier=earlier)

    assert isinstance(result.exception, VerificationInvalidError)
    assert result.exception.facts["where"] == where


def test_verdicts_on_another_note_are_told_apart(tmp_path: Path) -> None:
    """Where no sentence has an earlier verdict, the page asks whether the note is the same."""
    other = json.dumps(
        {"id": "x", "verdict": "supported", "score": 1, "checks": {}, "evidence": [], "findings": [], "reasons": []}
    )
    page = tmp_path / "verdicts.html"

    assert corrected(tmp_path, "-o", str(page), earlier=other).exit_code == 0
    assert "Are they of the same note?" in page.read_text(encoding="utf-8")
