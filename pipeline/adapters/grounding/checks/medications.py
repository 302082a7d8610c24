"""Medications: a medicine in the note must have been named, under this name or another of the same substance."""

from collections.abc import Iterator

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.hearing import may_have_been
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import TranscriptIndex
from pipeline.adapters.grounding.lexicon import words_in
from pipeline.adapters.grounding.medications import Medicine, medicines_in, names_of_medicines
from pipeline.adapters.grounding.words import stem
from pipeline.domain.evidence import EvidenceSpan, Finding

CHECK = "medications"
_MOST = 3
_REGULAR = stem("regular")
_ALLERGY = frozenset(map(stem, ("allergy", "allergies", "allergic")))


def check_medications(ground: Ground) -> Outcome:
    """Hold each medicine of the claim against those spoken of."""
    named = tuple(medicines_in(ground.claim.passage.words))
    if not named:
        return _nothing_taken(ground)
    spoken = ground.index.medicines
    unsaid = [m for m in named if m.substance not in spoken and not may_have_been(m.substance, ground)]
    findings = tuple(_finding(m, ground) for m in unsaid if not _sounds_said(m, ground))
    return failed(*findings) if findings else PASSED


def _finding(medicine: Medicine, ground: Ground) -> Finding:
    start, end = ground.claim.passage.span(medicine.first, medicine.last)
    words = ground.claim.text[start:end]
    others = tuple(_others_near(ground))
    return Finding(CHECK, "medication_mismatch" if others else "medication_not_said", words, others)


def _others_near(ground: Ground) -> Iterator[EvidenceSpan]:
    """Yield where the claim's evidence speaks of a medicine that the claim does not name."""
    claimed = {m.substance for m in medicines_in(ground.claim.passage.words)}
    near = {u.number for c in ground.evidence.candidates for u in (c.utterance, c.question) if u is not None}
    for substance, places in ground.index.medicines.items():
        if substance not in claimed:
            yield from (quote(ground.index.utterances[number]) for number in places if number in near)


def _sounds_said(medicine: Medicine, ground: Ground) -> bool:
    """Say whether the recognizer heard something spelled much like it."""
    like = ground.index.spelled_like(ground.claim.passage.words[medicine.first].stem)
    return like is not None and not any(stem(name) == like for name in names_of_medicines())


def _nothing_taken(ground: Ground) -> Outcome:
    """Hold "medications: none" against what the client says to take."""
    denied = [topic for topic, _ in ground.topics if topic.negated and _whole_class(topic.terms[0].names)]
    if not denied or len(ground.topics) > 1 or any(w.stem == _REGULAR for w in ground.claim.passage.words):
        return NOT_APPLICABLE  # who takes nothing regularly may take something
    taken = tuple(quote(ground.index.utterances[n]) for n in taken_in(ground.index))[:_MOST]
    return failed(Finding(CHECK, "medication_taken", ground.claim.text, taken)) if taken else PASSED


def taken_in(index: TranscriptIndex) -> list[int]:
    """Return the utterances in which somebody other than the clinician names a medicine without denying it.

    Where a medicine is named as what somebody is allergic to, nobody takes it.
    """
    places = {number for places in index.taken.values() for number in places}
    return sorted(n for n in places if not any(w.stem in _ALLERGY for w in index.utterances[n].passage.words))


def _whole_class(names: frozenset[str]) -> bool:
    return "=medication" in names and "=recreational drugs" not in names - words_in("generic.txt")
