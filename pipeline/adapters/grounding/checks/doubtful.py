"""Doubt: what somebody might do is not what they will do, and what they gave up does not go on."""

import re
from collections.abc import Iterator

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import best_for, has_basis
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

CHECK = "doubtful"
_DEFINITE = re.compile(
    r"^\s*(?:add|start|increase|decrease|lower|raise|stop|discontinue|switch|begin|taper|refer)\b"
    r"|\b(?:will|(?:is|are) going to|has decided|have decided|decided to|definitely|certainly|is scheduled)\b",
    re.IGNORECASE,
)
_CLAIMED_DOUBT = re.compile(
    r"\b(?:might|may|maybe|possibl[ey]|consider\w*|could|perhaps|tentative\w*|unsure|undecided|uncertain|thinking|if|would|"
    r"whether|hop(?:es|ing)|wants?|not sure|likely|probably|suggest\w*|offer\w*|discuss\w*|ask(?:ed)?)\b",
    re.IGNORECASE,
)
_SPOKEN_DOUBT = re.compile(
    r"\b(?:options?|we could|might|maybe|possibly|perhaps|thinking (?:about|of)|not sure|don't know|dunno|"
    r"haven't decided|we'll see|"
    r"could go|no promises|i'll think about it)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\b(?:continu\w+|still|currently|ongoing|remains?|keeps?|persist\w*)\b", re.IGNORECASE)
_GAVE_UP = re.compile(
    r"\b(?:stopped|quit|gave (?:it |that |them )?up|no longer|not any ?more|n't any ?more|anymore|took me off|came off|"
    r"haven't had any|that's gone|went away)\b",
    re.IGNORECASE,
)
#: A place that holds nearly as much of the claim as the best one speaks for it as well.
_AS_MUCH = 0.8


def check_doubtful(ground: Ground) -> Outcome:
    """Look for doubt in what a definite claim rests on, and for an end to what a claim says goes on."""
    text = ground.claim.text
    applies = ground.claim.kind not in {SentenceKind.NOT_ASSESSED, SentenceKind.SESSION_FACT}
    definite = bool(_DEFINITE.search(text)) and not _CLAIMED_DOUBT.search(text)
    going_on = _GOES_ON.search(text) is not None and not _GAVE_UP.search(text)
    if not applies or not (definite or going_on) or not has_basis(ground):
        return NOT_APPLICABLE
    findings = (*(_doubts(ground) if definite else ()), *(_ends(ground) if going_on else ()))
    return failed(*findings) if findings else PASSED


def _doubts(ground: Ground) -> Iterator[Finding]:
    places = list(_places(ground))
    if places and all(_SPOKEN_DOUBT.search(_plain(place)) for place in places):
        yield Finding(CHECK, "said_with_doubt", ground.claim.text, tuple(quote(place) for place in places))


def _ends(ground: Ground) -> Iterator[Finding]:
    for place in _places(ground):
        told = (place, *ground.index.utterances[place.number + 1 : place.number + 2])
        ended = [u for u in told if u.segment.role is not Role.CLINICIAN and _GAVE_UP.search(_plain(u))]
        if ended:
            yield Finding(
                CHECK, "time_mismatch", ground.claim.text, tuple(dict.fromkeys(quote(u) for u in (place, *ended)))
            )
            return


def _places(ground: Ground) -> Iterator[Utterance]:
    """Yield the utterances that hold most of the claim."""
    best = best_for(ground)
    most = ground.evidence.share(best.covered) if best is not None else 0.0
    for candidate in ground.evidence.candidates:
        if ground.evidence.share(candidate.covered) >= _AS_MUCH * most:
            yield candidate.utterance


def _plain(utterance: Utterance) -> str:
    return " ".join(word.form for word in utterance.passage.words)
