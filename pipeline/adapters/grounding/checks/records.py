"""Session facts: consent, attendance and length are held against rows and never against speech."""

import re

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.words import words_of
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind

CHECK = "session_facts"

_CONSENT = re.compile(r"\bconsent", re.IGNORECASE)
_ATTENDANCE = re.compile(r"\b(?:attend|present|participat|joined|in the room)", re.IGNORECASE)
_LENGTH = re.compile(r"\b(\d+(?:\.\d+)?)[- ]?min", re.IGNORECASE)
_WITH = re.compile(
    r"\b(mother|father|guardian|parents?|supervisor|interpreter|guest|spouse|wife|husband|partner)\b", re.IGNORECASE
)


def check_records(ground: Ground) -> Outcome:
    """Hold a session fact against the rows the session was accepted with."""
    if ground.claim.kind is not SentenceKind.SESSION_FACT:
        return NOT_APPLICABLE
    text = ground.claim.text
    if _CONSENT.search(text):
        return _consent(ground)
    length = _LENGTH.search(text)
    if length and ground.facts.seconds is not None and abs(float(length[1]) - ground.facts.seconds / 60) > 1:
        return failed(Finding(CHECK, "length_not_on_record", length.group()))
    if _ATTENDANCE.search(text) or length:
        return _attendance(ground)
    return failed(Finding(CHECK, "not_on_record", text))


def _consent(ground: Ground) -> Outcome:
    """Pass a statement whose content words all stand in the consent rows' own statement."""
    on_record = {word.stem for word in words_of(ground.facts.consent_statement)}
    stated = {word.stem for word in words_of(ground.claim.text) if word.is_content}
    if on_record and stated <= on_record:
        return PASSED
    return failed(Finding(CHECK, "consent_not_on_record", ground.claim.text))


def _attendance(ground: Ground) -> Outcome:
    present = {role for role, count in ground.facts.participants if count}
    if not present and ground.facts.seconds is None:
        return failed(Finding(CHECK, "attendance_not_on_record", ground.claim.text))
    others = _WITH.search(ground.claim.text)
    if others and not present & {"guardian", "guest", "supervisor", "interpreter"}:
        return failed(Finding(CHECK, "attendance_not_on_record", others.group()))
    return PASSED
