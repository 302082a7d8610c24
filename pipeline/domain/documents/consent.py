"""CONSENT.json: who took part in a session and what each decided; docs/formats.md describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from pipeline.domain.consent import Consent, ConsentDecision, Participant, ParticipantRole, PersonRef, Purpose
from pipeline.domain.session import SessionId, parse_session_id
from pipeline.errors import ConsentFormInvalidError, ConsentSessionMismatchError, PipelineError

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class ConsentForm:
    """A consent document."""

    participants: tuple[Participant, ...]
    consents: tuple[Consent, ...]
    #: The session it is for; ``None``: standing consent.
    session_id: SessionId | None = None

    def for_session(self, session_id: SessionId) -> "ConsentForm":
        """Return the form bound to a session; raise ``ConsentSessionMismatchError`` where it names another."""
        if self.session_id not in {None, session_id}:
            raise ConsentSessionMismatchError(session_id=session_id)
        bound = tuple(replace(consent, session_id=session_id) for consent in self.consents)
        return ConsentForm(self.participants, bound, session_id)


def consent_form_from_json(document: object) -> ConsentForm:
    """Return the form, or raise ``ConsentFormInvalidError`` whose ``where`` names the field, never its value."""
    fields = _mapping(document, "the document")
    session_id = _session_id(fields.get("session_id"))
    participants = tuple(
        _participant(item, f"participants[{i}]") for i, item in enumerate(_list(fields, "participants"))
    )
    consents = tuple(
        consent
        for i, item in enumerate(_list(fields, "consents"))
        for consent in _consents(item, f"consents[{i}]", session_id)
    )
    return ConsentForm(participants, consents, session_id)


def _participant(item: object, where: str) -> Participant:
    fields = _mapping(item, where)
    return Participant(_person(fields, where), _member(ParticipantRole, fields.get("role"), f"{where}.role"))


def _consents(item: object, where: str, session_id: SessionId | None) -> tuple[Consent, ...]:
    fields = _mapping(item, where)
    person = _person(fields, where)
    decision = _member(ConsentDecision, fields.get("decision", "permit"), f"{where}.decision")
    valid_from = _moment(fields.get("valid_from"), f"{where}.valid_from")
    if valid_from is None:
        raise ConsentFormInvalidError(where=f"{where}.valid_from")
    valid_to = _moment(fields.get("valid_to"), f"{where}.valid_to")
    return tuple(
        Consent(
            person,
            _member(Purpose, purpose, f"{where}.purposes[{i}]"),
            decision,
            valid_from,
            valid_to,
            session_id,
            method=_text(fields, "method", where),
            form_version=_text(fields, "form_version", where),
            jurisdiction=_text(fields, "jurisdiction", where),
        )
        for i, purpose in enumerate(_list(fields, "purposes", where))
    )


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConsentFormInvalidError(where=where)
    return value


def _list(fields: Mapping[str, Any], name: str, within: str = "") -> list[Any]:
    value = fields.get(name)
    if not isinstance(value, list) or not value:
        raise ConsentFormInvalidError(where=f"{within}.{name}" if within else name)
    return value


def _person(fields: Mapping[str, Any], where: str) -> PersonRef:
    try:
        return PersonRef(parse_reference(fields.get("person")))
    except PipelineError:
        raise ConsentFormInvalidError(where=f"{where}.person") from None


def parse_reference(value: object) -> str:
    """Return an opaque reference to a person; raise ``ConsentFormInvalidError`` for anything with spaces."""
    short = isinstance(value, str) and 0 < len(value) <= 64  # noqa: PLR2004 - as long as a session id
    if not short or not str(value).replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise ConsentFormInvalidError(where="person")
    return str(value)


def _member(kind: type[E], value: object, where: str) -> E:
    try:
        return kind(str(value))
    except ValueError:
        raise ConsentFormInvalidError(where=where) from None


def _moment(value: object, where: str) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise ConsentFormInvalidError(where=where) from None
    if moment.tzinfo is None:
        raise ConsentFormInvalidError(where=where, problem="no time zone")
    return moment


def _text(fields: Mapping[str, Any], name: str, where: str) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str) or len(value) > 64:  # noqa: PLR2004 - a label, not a place for prose
        raise ConsentFormInvalidError(where=f"{where}.{name}")
    return value


def _session_id(value: object) -> SessionId | None:
    if value is None:
        return None
    try:
        return parse_session_id(str(value))
    except PipelineError:
        raise ConsentFormInvalidError(where="session_id") from None
