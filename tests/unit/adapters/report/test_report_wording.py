"""Every code that a report can meet has words."""

import ast
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from pipeline.adapters.report import wording
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import ConsentDecision, ParticipantRole, Purpose
from pipeline.domain.evidence import OmissionStatus, Verdict
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionKind, Stage, StageStatus
from pipeline.domain.transcript import Role
from pipeline.errors import PipelineError

_GROUNDING = Path(__file__).parents[4] / "pipeline" / "adapters" / "grounding"
_LISTS: tuple[tuple[type[StrEnum], Mapping[Any, str]], ...] = (
    (ArtifactKind, wording.KINDS),
    (ConsentDecision, wording.DECISIONS),
    (NoteFormat, wording.FORMATS),
    (OmissionStatus, wording.MENTIONS),
    (ParticipantRole, wording.PARTICIPANTS),
    (Purpose, wording.PURPOSES),
    (Role, wording.ROLES),
    (SessionKind, wording.SESSION_KINDS),
    (Stage, wording.STAGES),
    (StageStatus, wording.STATUSES),
    (Verdict, wording.SYMBOLS),
    (Verdict, wording.VERDICTS),
)


def errors(kind: type[PipelineError] = PipelineError) -> Iterator[type[PipelineError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from errors(below)


def calls(folder: Path) -> Iterator[ast.Call]:
    for path in sorted(folder.rglob("*.py")):
        yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))


def texts(node: ast.AST | None) -> Iterator[str]:
    constants = () if node is None else (n for n in ast.walk(node) if isinstance(n, ast.Constant))
    yield from (constant.value for constant in constants if isinstance(constant.value, str) and constant.value)


def argument(call: ast.Call, place: int, name: str) -> ast.AST | None:
    if len(call.args) > place:
        return call.args[place]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def finding_codes() -> set[str]:
    findings = (call for call in calls(_GROUNDING) if getattr(call.func, "id", "") == "Finding")
    return {code for call in findings for code in texts(argument(call, 1, "reason_code"))}


@pytest.mark.parametrize(("codes", "table"), _LISTS, ids=lambda value: getattr(value, "__name__", ""))
def test_every_member_of_a_closed_list_has_words(codes: type[StrEnum], table: Mapping[Any, str]) -> None:
    """No value of a closed list is shown as its code."""
    assert [code for code in codes if not table.get(code)] == []


def test_every_failure_has_a_sentence_of_its_own() -> None:
    """Each reason code of an error is a sentence, and not the code spelled out."""
    spelled = [error.reason_code for error in errors() if wording.reason(error.reason_code).startswith("Reason:")]

    assert spelled == []


def test_every_finding_has_a_sentence() -> None:
    """Each reason code that a check can find has a sentence for a clinician."""
    spelled = [code for code in finding_codes() if wording.reason(code).startswith("Reason:")]

    assert finding_codes()
    assert spelled == []


def test_no_symbol_stands_for_two_verdicts() -> None:
    """Each verdict has a shape of its own."""
    assert len(set(wording.SYMBOLS.values())) == len(Verdict)


def test_a_code_that_nobody_listed_is_still_shown() -> None:
    """An unlisted code is spelled out rather than dropped."""
    assert wording.reason("seen_on_video") == "Reason: seen on video."
    assert wording.topic("gambling_debt") == "Gambling debt"
    assert wording.check("tone_of_voice") == "tone of voice"
