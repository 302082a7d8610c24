"""Risk statements: a danger in the note must have been raised, and a denial of one must answer a question."""

import re
from collections.abc import Mapping, Sequence

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.risk_levels import stated_degrees
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Stance
from pipeline.adapters.grounding.mentions import WATCHED, NamedTopic, RaisedTopic, raised_topics, topics_claimed
from pipeline.adapters.grounding.passage import names_of
from pipeline.adapters.grounding.words import words_of
from pipeline.domain.evidence import CheckResult, EvidenceSpan, Finding
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

CHECK = "risk"
_MOST = 4
#: The share of the claim that a place must hold beside the danger to be the one the claim speaks of.
_THERE = 0.25
_DEGREES = re.compile(r"\b(?:plan(?:s|ned)?|inten[td]\w*|attempt\w*|means|active)\b", re.IGNORECASE)
_BLOWS = ("violence", "abuse")
_OF_ONESELF = frozenset(("suicide", "self_harm"))
_LONG_AGO = re.compile(
    r"\b(?:(?:19|20)\d\d|twenty[- ]\w+|years?|ago|when i was|used to|back then|back in|high school|college|grade)\b",
    re.IGNORECASE,
)
#: What a question about one danger asks about another.
_FAMILIES = {"violence": _BLOWS, "abuse": _BLOWS, "suicide": ("self_harm",), "self_harm": ("suicide",)}
_OPEN = (Stance.AFFIRMED, Stance.SUPPOSED, Stance.TOLD, Stance.ASKED)


def check_risks(ground: Ground) -> Outcome:
    """Hold each danger that the claim states or denies against what was raised and answered."""
    if ground.claim.kind in {SentenceKind.NOT_ASSESSED, SentenceKind.SESSION_FACT, SentenceKind.PLAN}:
        return NOT_APPLICABLE
    claimed = [named for named in topics_claimed(ground.claim) if named.topic in WATCHED and not named.bare]
    if not claimed:
        return NOT_APPLICABLE
    raised = raised_topics(ground.index)
    findings, borne_out = [], []
    for named in claimed:
        finding = _finding(named, raised, ground)
        if finding is not None:
            findings.append(finding)
        elif not named.in_other_words and not _is_left_to_others(named, raised, ground):
            borne_out += _bearing_out(_raised(named, raised), ground, denied=named.denied)
    if findings:
        return failed(*findings)
    return Outcome(CheckResult.PASS, evidence=tuple(dict.fromkeys(borne_out))[:_MOST])


def _finding(named: NamedTopic, raised: Mapping[str, RaisedTopic], ground: Ground) -> Finding | None:
    if _is_left_to_others(named, raised, ground):
        return None
    topic = _raised(named, raised)
    own = raised.get(named.topic, RaisedTopic())
    if named.in_other_words and not named.denied and not _mostly_said(named, ground):
        return Finding(CHECK, "risk_not_said", named.words)
    hinted = _hints_in_answers(own, ground) or _told_elsewhere(named, own, ground) if named.denied else ()
    if hinted:
        return Finding(CHECK, "risk_hinted_at", named.words, _quotes(hinted, ground))
    if not named.denied and (denied := _denied_there(named, topic, ground)):
        return Finding(CHECK, "risk_was_denied", named.words, _quotes(denied, ground))
    reason, stances = _reason(topic, own, denied=named.denied)
    return Finding(CHECK, reason, named.words, _quotes(topic.where(*stances), ground)) if reason else None


def _quotes(numbers: Sequence[int], ground: Ground) -> tuple[EvidenceSpan, ...]:
    return tuple(quote(ground.index.utterances[number]) for number in numbers[:_MOST])


def _is_left_to_others(named: NamedTopic, raised: Mapping[str, RaisedTopic], ground: Ground) -> bool:
    """Say whether its degree is risk_level's to judge, or its word came up as no danger, which the score weighs."""
    own = raised.get(named.topic, RaisedTopic())
    if own.hits and _names_a_degree(named, ground) and (named.denied or stated_degrees(ground)):
        return True
    return not named.denied and not _raised(named, raised).hits and _in_so_many_words(named, ground)


def _bearing_out(topic: RaisedTopic, ground: Ground, *, denied: bool) -> list[EvidenceSpan]:
    """Return the quotes, questions with their answers, that the claim rests on.

    What was only hinted at is a prompt to look, and never makes a stated danger likelier.
    """
    wanted = (Stance.DENIED,) if denied else _OPEN
    outright = [hit.utterance for hit in topic.hits if hit.stance in wanted and not hit.indirect]
    places = [place for raised in outright for place in (raised, ground.index.answer_of(raised))]
    return [quote(ground.index.utterances[place]) for place in places if place is not None]


def _denied_there(named: NamedTopic, raised: RaisedTopic, ground: Ground) -> tuple[int, ...]:
    """Return where a danger came up with what else the claim names, if it was denied at each of these places."""
    start = ground.claim.text.find(named.words)
    span = (start, start + len(named.words))
    passage = ground.claim.passage
    others = {n for n, term in enumerate(ground.terms) if not passage.touches(term.first, term.last, [span])}
    held = ground.evidence.held
    there = [
        hit for hit in raised.hits if ground.evidence.share(held.get(hit.utterance, frozenset()) & others) >= _THERE
    ]
    outright = [hit for hit in there if not hit.indirect]
    if outright and all(hit.stance is Stance.DENIED for hit in outright):
        return tuple(dict.fromkeys(hit.utterance for hit in outright))
    return ()


def _hints_in_answers(own: RaisedTopic, ground: Ground) -> tuple[int, ...]:
    """Return questions about a danger, with the answers that spoke of it: said no "no", or wished for it all the same.

    "No. Sometimes I wish I would not wake up" denies one thing and tells of another.
    """
    spoken_of = {hit.utterance for hit in own.hits} - set(own.where(Stance.DENIED))
    wished_for = spoken_of & set(own.where(Stance.SUPPOSED))
    asked = {hit.utterance: ground.index.utterances[hit.utterance].answer for hit in own.hits if not hit.indirect}
    return tuple(
        place
        for question, answer in asked.items()
        if answer is not None and answer.utterance in (wished_for if answer.yes is False else spoken_of) - {question}
        for place in (question, answer.utterance)
    )


def _told_elsewhere(named: NamedTopic, own: RaisedTopic, ground: Ground) -> tuple[int, ...]:
    """Return where a client outright spoke of harming themselves or wished to be dead, whatever they answered.

    What is told of years ago is history, which a denial of today leaves standing.
    """
    if named.topic not in _OF_ONESELF:
        return ()
    outright = [hit for hit in own.hits if not hit.indirect and not hit.at_large]
    denied = {hit.utterance for hit in outright if hit.stance is Stance.DENIED}
    told = [h for h in outright if h.stance in {Stance.AFFIRMED, Stance.SUPPOSED} and h.utterance not in denied]
    spoken = {hit.utterance: ground.index.utterances[hit.utterance] for hit in told}
    return tuple(
        number
        for number, utterance in spoken.items()
        if utterance.segment.role in {Role.CLIENT, None}
        and not utterance.asks
        and not _LONG_AGO.search(utterance.passage.text)
    )


def _raised(named: NamedTopic, raised: Mapping[str, RaisedTopic]) -> RaisedTopic:
    """Return how a topic came up under all its names: a blow is violence to one and abuse to another."""
    family = _FAMILIES.get(named.topic, ()) if named.denied else _BLOWS if named.topic in _BLOWS else ()
    names = dict.fromkeys((named.topic, *family))
    return RaisedTopic(tuple(hit for name in names for hit in raised.get(name, RaisedTopic()).hits))


def _in_so_many_words(named: NamedTopic, ground: Ground) -> bool:
    """Say whether every word by which a claim names a danger was said."""
    said = [word.stem in ground.index.postings for word in words_of(named.words) if word.is_content]
    return bool(said) and all(said)


def _mostly_said(named: NamedTopic, ground: Ground) -> bool:
    """Say whether at least half of the words that tell of a danger came up in the session."""
    words = [word for word in words_of(named.words) if word.is_content]
    said = [word for word in words if ground.index.where(names_of(word))]
    return len(said) * 2 >= len(words)


def _names_a_degree(named: NamedTopic, ground: Ground) -> bool:
    """Say whether a claim is of a plan, an intent or an attempt, and not of the danger as a whole."""
    return named.topic == "suicide" and _DEGREES.search(ground.claim.text) is not None


def _reason(raised: RaisedTopic, own: RaisedTopic, *, denied: bool) -> tuple[str, tuple[Stance, ...]]:
    if not raised.hits:
        return ("risk_denial_not_asked" if denied else "risk_not_said"), ()
    if denied and own.has(Stance.AFFIRMED) and not raised.has(Stance.DENIED):
        return "risk_was_stated", (Stance.AFFIRMED,)
    if denied and not raised.has(Stance.DENIED, Stance.AFFIRMED):
        return "asked_not_answered", ()
    if denied or raised.is_of_somebody(*_OPEN):
        return "", ()
    return ("risk_was_denied", (Stance.DENIED,)) if raised.has(Stance.DENIED) else ("risk_not_said", ())
