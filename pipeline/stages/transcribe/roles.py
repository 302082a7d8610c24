"""Which voice is the clinician, from what is said and never from how a voice sounds."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.domain.transcript import Role, Segment
from pipeline.stages.transcribe.cues import features, load_cues, word_count

#: Below this confidence a clinician is asked to look; at it, held-out guesses were right 9 times in 10.
UNCERTAIN_BELOW = 0.8
#: A second voice that sounds this much like a clinician is one: a colleague, or one voice told as two.
_SECOND_CLINICIAN = 0.97
_ENOUGH_WORDS = 80
#: Beside a client who says ten times as much, a voice is a passer-by and no client.
_PASSER_BY = 0.1

Attribution = tuple[Role, float]


def attribute_roles(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Return the segments with the role of each voice, and how sure that is; a segment without a voice gets none."""
    roles = roles_of([(segment.speaker, segment.text) for segment in segments if segment.speaker is not None])
    return tuple(_with_role(segment, roles) for segment in segments)


def roles_of(turns: Sequence[tuple[str, str]]) -> dict[str, Attribution]:
    """Return role and confidence of each voice; a turn is (voice, text)."""
    scores = {voice: float(row @ load_cues().weights) for voice, row in features(turns).items()}
    said = Counter[str]()
    for voice, text in turns:
        said[voice] += word_count(text)
    shares = _shares(scores) if len(scores) > 1 else {voice: _alone(score) for voice, score in scores.items()}
    first = max(shares, key=lambda voice: shares[voice], default=None)
    return {voice: _role(voice, first, shares[voice], scores, said) for voice in shares}


def least_confidence(segments: Sequence[Segment]) -> float:
    """Return the confidence of the least sure role, 1 where there is none."""
    return min((s.role_confidence for s in segments if s.role_confidence is not None), default=1.0)


def is_certain_of_roles(segments: Sequence[Segment]) -> bool:
    """Say whether every segment has a role, and each role is sure enough to go unquestioned."""
    return all(s.role is not None for s in segments) and least_confidence(segments) >= UNCERTAIN_BELOW


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


def _role(voice: str, first: str | None, share: float, scores: Mapping[str, float], said: Counter[str]) -> Attribution:
    if voice == first and (len(scores) > 1 or share >= 0.5):  # noqa: PLR2004 - more likely than not
        return Role.CLINICIAN, share
    alone = _alone(scores[voice])
    if len(scores) > 2 and alone >= _SECOND_CLINICIAN and said[voice] >= _ENOUGH_WORDS:  # noqa: PLR2004 - of two voices one is a client
        return Role.CLINICIAN, alone
    others = max((said[other] for other in said if other not in {voice, first}), default=0)
    if said[voice] < _PASSER_BY * others:
        return Role.OTHER, (1.0 - share) / 2
    return Role.CLIENT, 1.0 - share
