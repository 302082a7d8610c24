"""The set of events: closed, past tense, and free of text."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import get_args, get_type_hints

import pytest

from pipeline.audit import access_events, operator_events, session_events, stage_events
from pipeline.audit.events import ArtifactFact, EngineFact, Event, event_fields
from pipeline.audit.stage_events import DeletionFact, StageSucceeded
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import RunId, SessionId, Stage

FAMILIES = {"StageEvent", "IntakeEvent", "OperatorEvent", "SteeringEvent", "AccessEvent"}
#: The only places for words, each of which goes through ``code``.
CODES = {
    "actor", "reason_code", "error", "basis", "purpose", "form_version", "policy_id", "certificate_id",
    "key_digest", "arrival_id", "wrapping_key_id", "reason", "label", "upload_id", "webhook_id",
    "sign_in_id", "token_id", "key_id", "route",
}  # fmt: skip


def events() -> Iterator[type[Event]]:
    """Yield every event there is."""
    for module in (access_events, operator_events, stage_events, session_events):
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event:
                yield kind


EVENTS = sorted({kind for kind in events() if kind.__name__ not in FAMILIES}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", EVENTS)
def test_event_is_named_in_the_past_tense(kind: type[Event]) -> None:
    """An entry says what happened, not what is to happen."""
    assert re.search(r"(ed|Held|Seen|Withdrawn|Made|Added|Set|SignedIn|SignedOff)$", kind.__name__)


@pytest.mark.parametrize("kind", EVENTS)
def test_event_has_no_room_for_text(kind: type[Event]) -> None:
    """Every field is an id, a number, a member of a closed set, a fact made of those, or a named code."""
    hints = get_type_hints(kind)

    assert is_dataclass(kind)
    loose = {field.name for field in fields(kind) if _is_text(hints[field.name])}
    assert loose <= CODES


def _is_text(hint: object) -> bool:
    return hint is str or str in [arg for arg in get_args(hint) if arg is str]


def test_facts_are_plain_and_unknown_ones_left_out() -> None:
    """Facts become lists and mappings of strings and whole numbers, and what is not known is not there."""
    artifact = ArtifactFact(ArtifactKind.DRAFT, "key-1", "ab" * 32, 10)
    event = StageSucceeded(
        RunId("run-1"),
        SessionId("session-0001"),
        Stage.DRAFT,
        1,
        2,
        (artifact,),
        (EngineFact("extractive", "1", "two words"),),
        (("sentences", 12),),
        None,
    )

    assert event.name == "stage_succeeded"
    assert event_fields(event) == {
        "run_id": "run-1",
        "session_id": "session-0001",
        "stage": "draft",
        "generation": 1,
        "attempt": 2,
        "artifacts": [{"kind": "draft", "key_id": "key-1", "ciphertext_sha256": "ab" * 32, "ciphertext_bytes": 10}],
        "engines": [{"name": "extractive", "version": "1", "model": "sha256:a03f1d611645eb53ad16c1af546ca079"}],
        "counts": [["sentences", 12]],
    }


def test_deletion_facts_are_counts() -> None:
    """What a purge says of a kind is its name and three numbers."""
    assert [field.name for field in fields(DeletionFact)] == [
        "kind",
        "keys_destroyed",
        "versions_deleted",
        "versions_found_after",
    ]
