"""Whether a clause that says "will not" or "has" rests on words that say the same, and not the opposite."""

from collections.abc import Iterator, Sequence

from pipeline.adapters.grounding.checks.ground import Ground
from pipeline.adapters.grounding.checks.rests import Rest, is_amount, rests_of
from pipeline.adapters.grounding.clauses import Clause
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Stance, Utterance
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.mentions import risk_spans
from pipeline.adapters.grounding.passage import Term
from pipeline.adapters.grounding.polarity import is_cue
from pipeline.domain.evidence import Finding

CHECK = "negation"
_UNHEARD = "negation_not_heard"
_FEWEST = 2
#: An utterance of so few words is about one thing, so that a negation anywhere in it counts.
_BRIEF = 18
_CLOSE = 6
#: A soft one turns what it stands right by: "stop the coffee after noon, and keep a diary" keeps the diary.
_SOFT_CLOSE = 4
_THIRD = 3
#: Utterances from one on in which a refusal of it stands.
_REPLIES = 3
#: Words of a clause among which the negation of its first verb stands.
_EARLY = 6
_SUPPOSING = word_set("supposing")
_REFUSALS = word_set("refusals")
_SOFT = word_set("soft_negations")
_TROUBLES = word_set("troubles")
#: With these too a claim says itself that something is not, is over, or is otherwise.
_CLAIM_TURNS = word_set("claim_turns")


def opposed_clauses(ground: Ground) -> Iterator[Finding]:
    """Yield the clauses of a claim whose main statement is turned round."""
    for clause in ground.claim.passage.clauses:
        at = _turns(ground, clause)
        terms = _stated(ground, clause, at)
        reason, rests = _opposed(ground, clause, at, terms) if len(terms) >= _FEWEST else ("", [])
        if reason:
            start, end = ground.claim.passage.span(clause.first, clause.last)
            counter = () if reason == _UNHEARD else tuple(quote(rest.utterance) for rest in rests)
            yield Finding(CHECK, reason, ground.claim.text[start:end], counter)


def _stated(ground: Ground, clause: Clause, at: int | None) -> list[Term]:
    """Return what a clause states, or from a late negation on what that is about; the refusal itself is no part."""
    left_out = [*ground.claim.quotations, *risk_spans(ground.claim)]
    within = [term for term in ground.terms if clause.first <= term.first < clause.last and term.first != at]
    if at is not None and at >= clause.first + _EARLY:
        subject = max((term.first for term in within if term.first < at), default=at)
        within = [term for term in within if term.first >= subject]
    return [term for term in within if not _is_within(ground, term, left_out)]


def _opposed(ground: Ground, clause: Clause, at: int | None, terms: list[Term]) -> tuple[str, list[Rest]]:
    """Return why a clause is turned round, or an empty reason, and what it rests on."""
    rests = rests_of(terms, ground)
    own = frozenset(word.form for word in ground.claim.passage.words[clause.first : clause.last])
    together = not any(rest.is_scattered(ground.index) for rest in rests)
    if at is None:
        against = together and _deny(rests, own) and not turns_anything(ground)
        return ("polarity_conflict" if against else ""), rests
    turned = together and _first_is_affirmed(terms, at, rests) and not _is_negated_nearby(terms, ground)
    if turned and _affirm(rests, own):
        return "polarity_conflict", rests
    return (_UNHEARD if rests and not _is_negation_heard(rests, own, ground) else ""), rests


def _is_negated_nearby(terms: Sequence[Term], ground: Ground) -> bool:
    """Say whether the evidence negates one of the terms, as "I've not taken it" does for "has not begun taking"."""
    names = frozenset().union(*(term.names for term in terms))
    shown = [candidate.utterance for candidate in ground.evidence.candidates]
    return any(term.negated and term.names & names for utterance in shown for term in utterance.passage.terms)


def _is_negation_heard(rests: Sequence[Rest], own: frozenset[str], ground: Ground) -> bool:
    """Say whether anything is negated or refused where a clause's words stand, or in another's reply to them."""
    return any(_is_turned(rest, own) or any(_refuses(u, own) for u in _replies(rest, ground)) for rest in rests)


def _is_turned(rest: Rest, own: frozenset[str]) -> bool:
    return any(_is_doubted(rest, spoken, own) for spoken in rest.spoken_terms())


def _replies(rest: Rest, ground: Ground) -> Sequence[Utterance]:
    """Return what others say next; who answers a question with yes refuses nothing by it."""
    number, answer = rest.utterance.number, rest.utterance.answer
    if answer is not None and answer.yes:
        return ()
    following = ground.index.utterances[number + 1 : number + _REPLIES]
    return [each for each in following if each.segment.speaker != rest.utterance.segment.speaker]


def _refuses(utterance: Utterance, own: frozenset[str]) -> bool:
    return any(_negates(word.form, own) for word in utterance.passage.words)


def _negates(form: str, own: frozenset[str]) -> bool:
    """Say whether a word negates, outright or softly; a soft one that the claim has itself does not."""
    return is_cue(form) or (form in _SOFT and form not in own)


def _is_within(ground: Ground, term: Term, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether a term stands in a quotation, or names a danger, which has a check of its own."""
    start = ground.claim.passage.words[term.first].start
    return any(first <= start < last for first, last in spans)


def _turns(ground: Ground, clause: Clause) -> int | None:
    """Return where a verb of the clause is negated, or its first one refused: "will not", "denied crying"."""
    words = ground.claim.passage.words
    if words[clause.first].form in _SUPPOSING:
        return None
    early = clause.first + _EARLY
    turns = (
        n
        for n in range(clause.first, clause.last)
        if words[n].form == "not" or words[n].form.endswith("n't") or (n < early and words[n].form in _REFUSALS)
    )
    return next(turns, None)


def _first_is_affirmed(terms: list[Term], at: int, rests: list[Rest]) -> bool:
    """Say whether what the negation stands before was said, and not only under a negation there too."""
    first = next((term for term in sorted(terms, key=lambda term: term.first) if term.first > at), None)
    if first is None:
        return False
    if is_amount(first):
        return any(first in rest.terms for rest in rests)
    return any(not spoken.negated for rest in rests for spoken in rest.said_of(first))


def turns_anything(ground: Ground) -> bool:
    """Say whether a claim itself turns something round: "stopped the naltrexone", "none on the bus"."""
    passage = ground.claim.passage
    forms = [word.form for word in passage.words]
    return any(passage.negated) or any(is_cue(form) or form in _SOFT or form in _CLAIM_TURNS for form in forms)


def _affirm(rests: list[Rest], own: frozenset[str]) -> bool:
    """Say whether the clause was said, and nothing of it denied, refused or left unanswered."""
    return bool(rests) and not any(_has_doubt(rest, own) for rest in rests)


def _has_doubt(rest: Rest, own: frozenset[str]) -> bool:
    """Say whether a negation stands by a third of the clause's words, or a question with them was not answered so.

    A soft negation that the claim has itself, as in "skips lunch", is no doubt.
    """
    for clause in rest.clauses():
        answer = rest.utterance.answer
        if clause.asks and not clause.is_open and (answer is None or not answer.yes):
            return True
    if _asks_much(rest):
        return True
    worded = [term for term in rest.terms if not is_amount(term)]
    doubted = [all(_is_doubted(rest, spoken, own) for spoken in rest.said_of(term)) for term in worded]
    return any(doubted) and sum(doubted) * _THIRD >= len(doubted)


def _asks_much(rest: Rest) -> bool:
    """Say whether an utterance puts several questions, or spreads the words over one, so that its answer is unclear."""
    marks = sum(word.form == "?" for word in rest.utterance.passage.words)
    asking = [clause for clause in rest.clauses() if clause.asks]
    return marks > 1 or len(asking) > 1 or any(clause.last - clause.first > _BRIEF for clause in asking)


def _is_doubted(rest: Rest, term: Term, own: frozenset[str]) -> bool:
    """Say whether a negation stands shortly before a word in its clause, or after it in a brief utterance."""
    passage = rest.utterance.passage
    before = passage.words[max(passage.clauses[term.clause].first, term.first - _CLOSE) : term.first]
    after = passage.words[term.last :] if len(passage.words) <= _BRIEF else ()
    if any(is_cue(word.form) for word in before):
        return True
    return any(_negates(word.form, own) for word in (*before[-_SOFT_CLOSE:], *after))


def _deny(rests: list[Rest], own: frozenset[str]) -> bool:
    """Say whether every word of the clause that was said is denied there, outright or in the answer to a question."""
    if any(_asks_much(rest) or _speaks_of_trouble(rest, own) for rest in rests):
        return False
    stances = {rest.utterance.stance_of(term.first).stance for rest in rests for term in rest.spoken_terms()}
    return stances == {Stance.DENIED}


def _speaks_of_trouble(rest: Rest, own: frozenset[str]) -> bool:
    """Say whether trouble with a thing was asked for, where the claim has the thing: "any loss of appetite?"."""
    words = rest.utterance.passage.words
    asked = {word.form for clause in rest.clauses() if clause.asks for word in words[clause.first : clause.last]}
    return bool((asked & (_SOFT | _TROUBLES)) - own)
