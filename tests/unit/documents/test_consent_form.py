"""CONSENT.json: read, bound to a session, or refused by field."""

import copy
from typing import Any

import pytest

from commands.consent import EXAMPLE
from pipeline.domain.documents.consent import consent_form_from_json
from pipeline.domain.session import SessionId
from pipeline.errors import ConsentFormInvalidError, ConsentSessionMismatchError

FORM: dict[str, Any] = {**EXAMPLE, "session_id": "session-0001"}


def broken(path: str, value: object) -> dict[str, Any]:
    document = copy.deepcopy(FORM)
    target: Any = document
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in parents:
        target = target[part]
    target[last] = value
    return document


def test_the_example_is_a_form() -> None:
    """What `consent example` prints can be read, with a decision for each person and purpose."""
    form = consent_form_from_json(FORM)

    assert len(form.participants) == 2
    assert len(form.consents) == 10
    assert {consent.session_id for consent in form.consents} == {"session-0001"}


def test_a_form_without_a_session_is_bound_to_the_one_it_is_given_for() -> None:
    """A standing form given with a recording becomes consent to that session."""
    document = {name: value for name, value in FORM.items() if name != "session_id"}

    form = consent_form_from_json(document).for_session(SessionId("session-0002"))

    assert {consent.session_id for consent in form.consents} == {"session-0002"}


def test_a_form_for_another_session_is_refused() -> None:
    """Consent for one session opens no other."""
    with pytest.raises(ConsentSessionMismatchError):
        consent_form_from_json(FORM).for_session(SessionId("session-0002"))


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("participants", [], "participants"),
        ("participants.0.role", "wizard", "participants[0].role"),
        ("participants.1.person", "Jane Doe", "participants[1].person"),
        ("consents.0.purposes", ["record", "dance"], "consents[0].purposes[1]"),
        ("consents.0.purposes", [], "consents[0].purposes"),
        ("consents.1.valid_from", None, "consents[1].valid_from"),
        ("consents.1.valid_from", "yesterday", "consents[1].valid_from"),
        ("consents.1.valid_to", "2026-01-01T00:00:00", "consents[1].valid_to"),
        ("consents.0.decision", "maybe", "consents[0].decision"),
        ("consents.0.form_version", "x" * 65, "consents[0].form_version"),
        ("consents.0", "yes", "consents[0]"),
        ("session_id", "short", "session_id"),
    ],
)
def test_a_broken_form_names_the_field_and_not_its_value(path: str, value: object, where: str) -> None:
    """An error names where the form is wrong; what stands there may be a person's name."""
    with pytest.raises(ConsentFormInvalidError) as caught:
        consent_form_from_json(broken(path, value))

    assert caught.value.facts["where"] == where
    assert "Jane" not in str(caught.value)
