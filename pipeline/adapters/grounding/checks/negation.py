"""Negation: a denial needs to have been said or asked, and what was denied must not be stated."""

from collections.abc import Iterator, Sequence

from pipeline.adapters.grounding.background import background
from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.names import names_in
from pipeline.adapters.grounding.checks.nearby import stretch
from pipeline.adapters.grounding.checks.parity import opposed_clauses, turns_anything
from pipeline.adapters.grounding.checks.rests import Rest, rests_in
from pipeline.adapters.grounding.checks.times import is_time_word
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Mention, Stance, Utterance
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.mentions import risk_spans
from pipeline.adapters.grounding.polarity import cue_over, is_cue
from pipeline.adapters.grounding.topics import Settled, Topic
from pipeline.adapters.grounding.words import Word
from pipeline.domain.evidence import EvidenceSpan, Finding
from pipeline.domain.note import SentenceKind

CHECK = "negation"
_NOT_ASKED = "denial_not_asked"
#: Pieces of evidence in which a denial is looked for, and words before a term among which its negation stands.
_BEST = 2
_BEFORE = 6
#: The share of a claim's weight in the best evidence from which on the rest may be other words for what was said.
_COVERED = 0.45
#: A topic of which less was said together is another one.
_SAME = 0.99
_NEAR = 0.6
#: A topic that comes up in more conversations than this says little by itself.
_COMMON = 0.35
#: Words between a negation and what it denies.
_CLOSE = 4
#: Things named before a topic in a question that is not about it.
_OTHER_MATTERS = 2
_BEARING = (Stance.AFFIRMED, Stance.TOLD, Stance.SUPPOSED)
_DENIALS = word_set("denials")
_FURTHER_ONES = word_set("further_ones")
_TROUBLES = word_set("troubles")
#: Words from one on among which "problems" can stand, as in "sleep problems".
_AFTER = 2
_REPORTING = word_set("report_stems") | word_set("confession_stems")


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
    named = {word.start for word in names_in(ground)}
    for topic, said in ground.topics:
        if all(is_time_word(term) for term in topic.terms) or _is_said_both_ways(topic, ground):
            continue
        is_name = ground.claim.passage.span(*topic.span)[0] in named or _is_subject(topic, ground)
        is_name = is_name or any(ground.index.speakers_named(term.names) for term in topic.terms)
        if not ground.claim.passage.touches(*topic.span, watched) and not is_name:
            reason, stance = _reason(topic, said, ground)
            if reason and not (reason == _NOT_ASKED and _is_denial_heard(topic, said, ground)):
                yield Finding(CHECK, reason, _words(topic, ground), _quotes(ground, topic, stance))


def _is_said_both_ways(topic: Topic, ground: Ground) -> bool:
    """Say whether the claim has the same thing affirmed and denied: "sleeps six hours, cannot sleep before one"."""
    names = frozenset().union(*(term.names for term in topic.terms))
    return any(term.negated is not topic.negated and term.names & names for term in ground.terms)


def _is_subject(topic: Topic, ground: Ground) -> bool:
    """Say whether a topic is only who reports or denies: "Dana denies", "neither partner reports"."""
    first, last = topic.span
    words = ground.claim.passage.words
    following = words[last].stem if last < len(words) else ""
    return first <= 1 and (following in _REPORTING)


def _reason(topic: Topic, said: Settled, ground: Ground) -> tuple[str, Stance | None]:
    """Return why the transcript does not bear the topic out, and the stance that speaks against it."""
    if topic.is_open:
        unheard = topic.negated and not said.shares and _is_denial(topic, ground)
        return (_NOT_ASKED if unheard else ""), None
    if topic.negated:
        return _of_denial(topic, said, ground)
    if said.share(*_BEARING) >= _NEAR:
        return "", None
    if said.share(Stance.DENIED) >= _SAME and (said.share(Stance.ASKED) < _NEAR or _is_told_in_reply(said)):
        against = not turns_anything(ground) and _speaks_against(topic, said, Stance.DENIED, ground)
        return ("polarity_conflict", Stance.DENIED) if against else ("", None)
    if said.share(Stance.ASKED) >= _SAME and ground.claim.kind is SentenceKind.REPORTED and _unanswered(said, ground):
        return "question_as_answer", Stance.ASKED
    return "", None


def _is_told_in_reply(said: Settled) -> bool:
    """Say whether each question about a topic is met by words of its own: "vaping or drinking?" - "I don't drink"."""
    denied = {mention.utterance for mention in said.mentions[Stance.DENIED]}
    return all({m.utterance + 1, m.utterance + 2} & denied for m in said.mentions[Stance.ASKED])


def _of_denial(topic: Topic, said: Settled, ground: Ground) -> tuple[str, Stance | None]:
    if _is_far_from_cue(topic, ground):
        return "", None
    if said.share(Stance.DENIED) >= _NEAR and not _only_beside(topic, said, ground):
        return "", None
    if said.share(Stance.AFFIRMED) >= _SAME:
        if _is_further_one(topic, ground):
            return "", None
        against = _speaks_against(topic, said, Stance.AFFIRMED, ground)
        return ("polarity_conflict", Stance.AFFIRMED) if against else ("", None)
    if said.share(Stance.ASKED) >= _NEAR:
        return ("asked_not_answered", Stance.ASKED) if _unanswered(said, ground) else ("", None)
    return (_NOT_ASKED if _is_denial(topic, ground) else ""), None


def _is_denial_heard(topic: Topic, said: Settled, ground: Ground) -> bool:
    """Say whether the best evidence denies something of the claim, and what the topic denies could be meant by it.

    Either somebody named that thing, or most of the claim is in the evidence: "there's no gun" is no denial of knives.
    """
    best = ground.evidence.candidates[:_BEST]
    if not best or said.share(Stance.AFFIRMED) >= _NEAR:
        return False
    if not ground.index.where(topic.terms[0].names) and ground.evidence.share(best[0].covered) < _COVERED:
        return False
    return any(_denies_a_term(rest) for rest in rests_in(best, ground.terms, ground))


def _denies_a_term(rest: Rest) -> bool:
    words = rest.utterance.passage.words
    return any(
        rest.utterance.stance_of(term.first).stance is Stance.DENIED
        or any(is_cue(word.form) for word in words[max(0, term.first - _BEFORE) : term.first])
        for term in rest.spoken_terms()
    )


def _is_further_one(topic: Topic, ground: Ground) -> bool:
    """Say whether it is another of its kind that is denied: "denied having any other account"."""
    first = topic.span[0]
    return first > 0 and ground.claim.passage.words[first - 1].form in _FURTHER_ONES


def _only_beside(topic: Topic, said: Settled, ground: Ground) -> bool:
    """Say whether a thing that the client affirms is denied in answers to questions about something else alone.

    "Did your doctor know about the nausea?" - "No." denies no nausea.
    """
    if said.share(Stance.AFFIRMED) < _SAME:
        return False
    own = frozenset().union(*(term.names for term in topic.terms))
    return all(
        mention.settled_in != mention.utterance
        and _names_more(ground.index.utterances[mention.utterance], mention, own)
        for mention in said.mentions[Stance.DENIED]
    )


def _names_more(utterance: Utterance, mention: Mention, own: frozenset[str]) -> bool:
    """Say whether the question's clause names other things before the topic."""
    clause = utterance.passage.clause_at(mention.word)
    terms = [t for t in utterance.passage.terms if clause.first <= t.first < mention.word and not t.names & own]
    return len(terms) >= _OTHER_MATTERS


def _is_far_from_cue(topic: Topic, ground: Ground) -> bool:
    """Say whether a "not" stands before another word first: "did not hold her medicine for the vaccine"."""
    words = ground.claim.passage.words
    first = topic.span[0]
    near = [word.form for word in words[max(0, first - _CLOSE) : first]]
    return not _is_denial(topic, ground) and not any(is_cue(form) for form in near)


def _speaks_against(topic: Topic, said: Settled, stance: Stance, ground: Ground) -> bool:
    """Say whether a mention is about the claim's matter, and its negation about the topic: both stand close by."""
    if not _names_a_matter(topic, ground):
        return False
    near = {utterance.number for utterance in stretch(ground)}
    mentions = [m for m in said.mentions[stance] if m.utterance in near or m.settled_in in near]
    mentions = [m for m in mentions if not _is_of_trouble_alone(topic, m, ground)]
    return any(stance is Stance.AFFIRMED or _cue_is_close(ground, mention) for mention in mentions)


def _is_of_trouble_alone(topic: Topic, mention: Mention, ground: Ground) -> bool:
    """Say whether one of claim and mention speaks of trouble with a thing, the other of the thing itself."""
    said = ground.index.utterances[mention.utterance].passage
    clause = said.clause_at(mention.word)
    spoken = said.words[max(clause.first, mention.word - _CLOSE) : min(clause.last, mention.word + _AFTER)]
    first, last = topic.span
    claimed = ground.claim.passage.words[max(0, first - _CLOSE) : last + _AFTER]
    return _names_trouble(spoken) is not _names_trouble(claimed)


def _names_trouble(words: Sequence[Word]) -> bool:
    return any(word.form in _TROUBLES for word in words)


def _names_a_matter(topic: Topic, ground: Ground) -> bool:
    """Say whether a topic is more than a word in everybody's mouth, or is all that the claim names."""
    share = min(background().share(term) for term in topic.terms)
    passage = ground.claim.passage
    after = passage.words[topic.span[1]].form if topic.span[1] < len(passage.words) else ""
    return after != ":" and (share < _COMMON or _is_only_one(ground))


def _is_only_one(ground: Ground) -> bool:
    """Say whether a claim names one topic beside its headings."""
    words = ground.claim.passage.words
    headings = sum(topic.span[1] < len(words) and words[topic.span[1]].form == ":" for topic, _ in ground.topics)
    return len(ground.topics) - headings == 1


def _cue_is_close(ground: Ground, mention: Mention) -> bool:
    """Say whether the negation, or the answer that is one, stands right by what it denies."""
    if mention.settled_in != mention.utterance:
        return True
    words = ground.index.utterances[mention.utterance].passage.words
    return any(is_cue(word.form) for word in words[max(0, mention.word - _CLOSE) : mention.word])


def _unanswered(said: Settled, ground: Ground) -> bool:
    """Say whether none of the questions about a topic was answered at all."""
    return all(ground.index.utterances[mention.utterance].answer is None for mention in said.mentions[Stance.ASKED])


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
