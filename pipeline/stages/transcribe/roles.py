"""Which voice is the clinician, from what is said and never from how a voice sounds."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.domain.transcript import ROLE_UNCERTAIN_BELOW, Role, Segment
from pipeline.stages.transcribe.attending import with_others
from pipeline.stages.transcribe.cues import features, load_cues, word_count
from pipeline.stages.transcribe.interpreting import Attribution, with_interpreters
from pipeline.stages.transcribe.steadiness import steady

#: A second voice that sounds this much like a clinician is one: a colleague, or one voice told as two.
_SECOND_CLINICIAN = 0.97
_ENOUGH_WORDS = 80
#: Where several clinicians are registered, one is believed as readily as a client.
_REGISTERED_CLINICIAN = 0.5
_FEW_WORDS = 12
#: Clients ask too, some of them six times running: a role that nothing but asking tells is not sure.
ASKING = frozenset({"open_questions", "closed_questions", "question_marks", "asks_first", "speaks_first"})
#: Beside a client who says ten times as much, a voice is a passer-by and no client; in a few sentences nobody is.
_PASSER_BY = 0.1
_PASSED_BY_WORDS = 50


def attribute_roles(
    segments: Sequence[Segment], clinicians: int | None = None, interpreters: int = 0, others: int = 0
) -> tuple[Segment, ...]:
    """Return the segments with the role of each voice, and how sure that is; a segment without a voice gets none.

    ``clinicians``, ``interpreters`` and ``others`` (supervisors, guests) are how many are registered for the session.
    """
    turns = [(segment.speaker, segment.text) for segment in segments if segment.speaker is not None]
    told = steady(roles_of(turns, clinicians), turns, roles_of)
    roles = with_interpreters(with_others(told, turns, others), turns, interpreters)
    return tuple(_with_role(segment, roles) for segment in segments)


def roles_of(turns: Sequence[tuple[str, str]], clinicians: int | None = None) -> dict[str, Attribution]:
    """Return role and confidence of each voice; a turn is (voice, text)."""
    cues, rows = load_cues(), features(turns)
    scores = {voice: float(row @ cues.weights) for voice, row in rows.items()}
    said = Counter[str]()
    for voice, text in turns:
        said[voice] += word_count(text)
    shares, doubted = {voice: _alone(score) for voice, score in scores.items()}, {}
    if len(scores) > 1:
        shares = _shares(scores)
        without_asking = _shares({voice: float(row @ cues.weights_but_for(ASKING)) for voice, row in rows.items()})
        doubted = {voice: {shares[voice], without_asking[voice]} for voice in scores}
    voices = _Voices(scores, shares, doubted, said, several_clinicians=clinicians is not None and clinicians > 1)
    return {voice: voices.role(voice) for voice in scores}


def least_confidence(segments: Sequence[Segment]) -> float:
    """Return the confidence of the least sure role, 1 where there is none."""
    return min((s.role_confidence for s in segments if s.role_confidence is not None), default=1.0)


def is_certain_of_roles(segments: Sequence[Segment]) -> bool:
    """Say whether every segment has a role, and each role is sure enough to go unquestioned."""
    return all(s.role is not None for s in segments) and least_confidence(segments) >= ROLE_UNCERTAIN_BELOW


def _with_role(segment: Segment, roles: Mapping[str, Attribution]) -> Segment:
    if segment.speaker is None:
        return segment
    role, confidence = roles[segment.speaker]
    return replace(segment, role=role, role_confidence=round(confidence, 3))


def _shares(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the probability of each voice to be the clinician's, given that one of them is."""
    raised = np.exp(np.array(list(scores.values())) - max(scores.values()))
    return dict(zip(scores, (raised / raised.sum()).tolist(), strict=True))


def _alone(score: float) -> float:
    """Return the probability of being the clinician's, without another voice to hold it against."""
    return 1.0 / (1.0 + math.exp(-2.0 * (score - load_cues().neutral)))


@dataclass(frozen=True, slots=True)
class _Voices:
    """All voices of a session: how much each sounds like a clinician, and how many words it says."""

    scores: Mapping[str, float]
    shares: Mapping[str, float]
    #: The same shares, and what they would be if nobody had asked anything, where there are several voices.
    doubted: Mapping[str, set[float]]
    said: Mapping[str, int]
    several_clinicians: bool

    def role(self, voice: str) -> Attribution:
        """Return the role of a voice and the probability that it is right."""
        share = self.shares[voice]
        if voice == self._first and (len(self.scores) > 1 or share >= 0.5):  # noqa: PLR2004 - more likely than not
            return Role.CLINICIAN, min(self.doubted.get(voice, {share}))
        alone = _alone(self.scores[voice])
        if self._is_second_clinician(voice, alone):
            return Role.CLINICIAN, alone
        if self._passes_by(voice):
            return Role.OTHER, (1.0 - share) / 2
        return Role.CLIENT, 1.0 - max(self.doubted.get(voice, {share}))

    @property
    def _first(self) -> str:
        return max(self.shares, key=lambda voice: self.shares[voice])

    def _is_second_clinician(self, voice: str, alone: float) -> bool:
        if len(self.scores) <= 2:  # noqa: PLR2004 - of two voices one is a client
            return False
        if self.several_clinicians:
            return alone >= _REGISTERED_CLINICIAN and self.said[voice] >= _FEW_WORDS
        return alone >= _SECOND_CLINICIAN and self.said[voice] >= _ENOUGH_WORDS

    def _passes_by(self, voice: str) -> bool:
        others = max((self.said[other] for other in self.said if other not in {voice, self._first}), default=0)
        return others >= _PASSED_BY_WORDS and self.said[voice] < _PASSER_BY * others
