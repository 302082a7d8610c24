"""What a note says of consent: made from consent rows, never by a model."""

from collections.abc import Sequence

from pipeline.domain.consent import Consent, ConsentDecision, Participant, Purpose

_VERBS = {Purpose.RECORD: "record", Purpose.TRANSCRIBE: "transcribe", Purpose.AI_DRAFT: "draft"}


def consent_statement(people: Sequence[Participant], consents: Sequence[Consent]) -> str:
    """Return one sentence on what everyone had agreed to; empty where there is nothing that all agreed to.

    ``consents`` are the decisions that apply to the session, oldest first.
    """
    latest = {(consent.person, consent.purpose): consent for consent in consents}
    permits = {key: consent for key, consent in latest.items() if consent.decision is ConsentDecision.PERMIT}
    agreed = [purpose for purpose in _VERBS if people and all((p.person, purpose) in permits for p in people)]
    if not agreed:
        return ""
    relied_on = (permits[person.person, purpose] for person in people for purpose in agreed)
    forms = sorted({consent.form_version for consent in relied_on} - {""})
    form = f" (form {', '.join(forms)})" if forms else ""
    return f"Consent to {_listed([_VERBS[p] for p in agreed])} was on file for {_counted(len(people))}{form}."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _counted(people: int) -> str:
    return "the participant" if people == 1 else f"all {people} participants"
