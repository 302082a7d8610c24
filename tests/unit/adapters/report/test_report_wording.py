"""Every code that a report can meet has words."""

import ast
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import pytest

from pipeline.adapters.grounding.checks import CHECKS
from pipeline.adapters.grounding.risk import topics
from pipeline.adapters.report import reasons, wording
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import ConsentDecision, ParticipantRole, Purpose
from pipeline.domain.correction import Standing
from pipeline.domain.evidence import OmissionStatus, Verdict
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionKind, Stage, StageStatus
from pipeline.domain.transcript import Role
from pipeline.errors import PipelineError

_PIPELINE = Path(__file__).parents[4] / "pipeline"
_GROUNDING = _PIPELINE / "adapters" / "grounding"
_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
T = TypeVar("T", bound=ast.AST)
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
    (Standing, wording.STANDINGS),
    (Verdict, wording.SYMBOLS),
    (Verdict, wording.VERDICTS),
)


def errors(kind: type[PipelineError] = PipelineError) -> Iterator[type[PipelineError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from errors(below)


def nodes(folder: Path, kind: type[T]) -> Iterator[T]:
    for path in sorted(folder.rglob("*.py")) if folder.is_dir() else (folder,):
        yield from (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kind))


def texts(*found: ast.AST | None) -> set[str]:
    constants = (n for node in found if node is not None for n in ast.walk(node) if isinstance(n, ast.Constant))
    return {constant.value for constant in constants if isinstance(constant.value, str) and constant.value}


def finding_codes() -> set[str]:
    """Return the second argument of every finding that is made."""
    findings = (call for call in nodes(_GROUNDING, ast.Call) if getattr(call.func, "id", "") == "Finding")
    return set().union(*(texts(call.args[1]) for call in findings))


def verdict_codes() -> set[str]:
    """Return what the verdict rules say beside a verdict."""
    returned = (node.value for node in nodes(_GROUNDING / "verdicts.py", ast.Return))
    return {text for text in texts(*returned) if _CODE.fullmatch(text)}


def flag_codes() -> set[str]:
    """Return what transcribe and verify flag."""
    yielded = (node.value for node in nodes(_PIPELINE / "stages" / "transcribe" / "flags.py", ast.Yield))
    returned = (node.value for node in nodes(_GROUNDING / "verifier.py", ast.Return))
    return texts(*yielded) | {text for text in texts(*returned) if _CODE.fullmatch(text)}


@pytest.mark.parametrize(("codes", "table"), _LISTS, ids=lambda value: getattr(value, "__name__", ""))
def test_every_member_of_a_closed_list_has_words(codes: type[StrEnum], table: Mapping[Any, str]) -> None:
    """No value of a closed list is shown as its code."""
    assert [code for code in codes if not table.get(code)] == []


def test_every_failure_has_a_sentence_of_its_own() -> None:
    """Each reason code of an error is a sentence, and not the code spelled out."""
    spelled = [error.reason_code for error in errors() if wording.reason(error.reason_code).startswith("Reason:")]

    assert spelled == []


def test_every_finding_has_a_sentence() -> None:
    """Each reason code that a check can find, or a verdict carry, has a sentence for a clinician."""
    codes = finding_codes() | verdict_codes()

    assert {"number_mismatch", "clinician_judgement"} <= codes
    assert codes - set(reasons.NOTE_REASONS) == set()


def test_every_flag_has_a_sentence() -> None:
    """Each flag of a transcript or a note has a sentence."""
    codes = flag_codes()

    assert {"clipped", "note_matches_no_part_of_session"} <= codes
    assert codes - set(reasons.FLAGS) == set()


def test_every_topic_and_check_has_a_name() -> None:
    """Each topic that is looked for, and each check that is reported, has a name a clinician knows."""
    assert {topic.name for topic in topics()} - set(reasons.TOPICS) == set()
    assert {"support", *CHECKS} - set(reasons.CHECKS) == set()


def test_no_symbol_stands_for_two_verdicts() -> None:
    """Each verdict has a shape of its own."""
    assert len(set(wording.SYMBOLS.values())) == len(Verdict)


def test_a_code_that_nobody_listed_is_still_shown() -> None:
    """An unlisted code is spelled out rather than dropped."""
    assert wording.reason("seen_on_video") == "Reason: seen on video."
    assert wording.topic("gambling_debt") == "Gambling debt"
    assert wording.check("tone_of_voice") == "tone of voice"
    assert wording.flag("two_rooms") == "Flag: two rooms."
