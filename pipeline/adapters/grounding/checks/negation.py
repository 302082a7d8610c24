"""Negation: a denial needs to have been said or asked, and what was denied must not be stated."""

from collections.abc import Iterator, Sequence

from pipeline.adapters.grounding.background import background
from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import stretch
from pipeline.adapters.grounding.checks.parity import opposed_clauses
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Mention, Stance
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.mentions import risk_spans
from pipeline.adapters.grounding.polarity import cue_over, is_cue
from pipeline.adapters.grounding.topics import Settled, Topic
from pipeline.domain.evidence import EvidenceSpan, Finding
from pipeline.domain.note import SentenceKind

CHECK = "negation"
#: A topic of which less was said together is another one.
_SAME = 0.99
_NEAR = 0.6
#: A topic that comes up in more conversations than this says little by itself.
_COMMON = 0.35
#: Words between a negation and what it denies.
_CLOSE = 4
_BEARING = (Stance.AFFIRMED, Stance.TOLD, Stance.SUPPOSED)
_DENIALS = word_set("denials")


def check_negation(ground: Ground) -> Outcome:
    """Hold what the claim affirms and denies against what was affirmed, denied and asked."""
    if ground.claim.kind in {SentenceKind.SESSION_FACT, SentenceKind.NOT_ASSESSED} or not ground.topics:
        return NOT_APPLICABLE
    findings = (*_of_topics(ground), *opposed_clauses(ground))
    return failed(*findings) if findings else PASSED


def _of_topics(ground: Ground) -> Iterator[Finding]:
    if ground.claim.kind is SentenceKind.PLAN:
        return
    watched = risk_spans(ground.claim)
    for topic, said in ground.topics:
        if not _within(topic, ground, watched):
            reason, stance = _reason(topic, said, ground)
            if reason:
                yield Finding(CHECK, reason, _words(topic, ground), _quotes(ground, topic, stance))


def _reason(topic: Topic, said: Settled, ground: Ground) -> tuple[str, Stance | None]:
    """Return why the transcript does not bear the topic out, and the stance that speaks against it."""
    if topic.is_open:
        unheard = topic.negated and not said.shares and _is_denial(topic, ground)
        return ("denial_not_asked" if unheard else ""), None
    if topic.negated:
        return _of_denial(topic, said, ground)
    if said.share(*_BEARING) >= _NEAR:
        return "", None
    if said.share(Stance.DENIED) >= _SAME and said.share(Stance.ASKED) < _NEAR:
        return (
            ("polarity_conflict", Stance.DENIED) if _speaks_against(topic, said, Stance.DENIED, ground) else ("", None)
        )
    if said.share(Stance.ASKED) >= _SAME and ground.claim.kind is SentenceKind.REPORTED and _unanswered(said, ground):
        return "question_as_answer", Stance.ASKED
    return "", None


def _of_denial(topic: Topic, said: Settled, ground: Ground) -> tuple[str, Stance | None]:
    if said.share(Stance.DENIED) >= _NEAR:
        return "", None
    if said.share(Stance.AFFIRMED) >= _SAME:
        against = _speaks_against(topic, said, Stance.AFFIRMED, ground)
        return ("polarity_conflict", Stance.AFFIRMED) if against else ("", None)
    if said.share(Stance.ASKED) >= _NEAR:
        return ("asked_not_answered", Stance.ASKED) if _unanswered(said, ground) else ("", None)
    return ("denial_not_asked" if _is_denial(topic, ground) else ""), None


def _speaks_against(topic: Topic, said: Settled, stance: Stance, ground: Ground) -> bool:
    """Say whether a mention is about the claim's matter, and its negation about the topic: both stand close by."""
    if not _names_a_matter(topic, ground):
        return False
    near = {utterance.number for utterance in stretch(ground)}
    mentions = [m for m in said.mentions[stance] if m.utterance in near or m.settled_in in near]
    return any(stance is Stance.AFFIRMED or _cue_is_close(ground, mention) for mention in mentions)


def _names_a_matter(topic: Topic, ground: Ground) -> bool:
    """Say whether a topic is more than a word in everybody's mouth, or is all that the claim names."""
    share = min(background().share(term) for term in topic.terms)
    passage = ground.claim.passage
    after = passage.words[topic.span[1]].form if topic.span[1] < len(passage.words) else ""
    return after != ":" and (share < _COMMON or len(ground.topics) == 1)


def _cue_is_close(ground: Ground, mention: Mention) -> bool:
    """Say whether the negation, or the answer that is one, stands right by what it denies."""
    if mention.settled_in != mention.utterance:
        return True
    words = ground.index.utterances[mention.utterance].passage.words
    return any(is_cue(word.form) for word in words[max(0, mention.word - _CLOSE) : mention.word])


def _unanswered(said: Settled, ground: Ground) -> bool:
    """Say whether none of the questions about a topic was answered at all."""
    return all(ground.index.utterances[mention.utterance].answer is None for mention in said.mentions[Stance.ASKED])


def _within(topic: Topic, ground: Ground, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether a topic is one of the dangers that the risk check looks after."""
    start, end = ground.claim.passage.span(*topic.span)
    return any(start < last and first < end for first, last in spans)


def _is_denial(topic: Topic, ground: Ground) -> bool:
    """Say whether the topic is denied as a finding is ("no", "denies"), and not told of as "he has not called" is."""
    passage = ground.claim.passage
    cue = cue_over(passage.words, passage.clauses, topic.span[0])
    return cue in _DENIALS or not cue


def _quotes(ground: Ground, topic: Topic, stance: Stance | None) -> tuple[EvidenceSpan, ...]:
    said = next(said for found, said in ground.topics if found is topic)
    mentions = () if stance is None else said.mentions[stance]
    numbers = [number for mention in mentions for number in (mention.utterance, mention.settled_in)]
    return tuple(quote(ground.index.utterances[number]) for number in dict.fromkeys(numbers))[:4]


def _words(topic: Topic, ground: Ground) -> str:
    start, end = ground.claim.passage.span(*topic.span)
    return ground.claim.text[start:end]
