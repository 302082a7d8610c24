"""Whether a clause that says "will not" or "has" rests on words that say the same, and not the opposite."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.adapters.grounding.checks.ground import Ground
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.mentions import risk_spans
from pipeline.adapters.grounding.passage import Term
from pipeline.adapters.grounding.polarity import Clause, is_cue
from pipeline.domain.evidence import Finding

CHECK = "negation"
_FEWEST = 2
_BASIS = 0.6
#: An utterance of so few words is about one thing, so that a negation anywhere in it counts.
_BRIEF = 18
_CLOSE = 6
_THIRD = 3
#: Utterances from one on in which a refusal of it stands.
_REPLIES = 3
#: Words of a clause among which the negation of its first verb stands.
_EARLY = 6
_SUPPOSING = word_set("supposing")
_REFUSALS = word_set("refusals")
_SOFT = word_set("soft_negations")
#: With these too a claim says itself that something is not, is over, or is otherwise.
_CLAIM_TURNS = word_set("claim_turns")


class _Rest(NamedTuple):
    """An utterance and the terms of a clause that it holds."""

    utterance: Utterance
    terms: tuple[Term, ...]

    def spoken_terms(self) -> list[Term]:
        """Return the utterance's own terms of the same names."""
        names = frozenset().union(*(term.names for term in self.terms))
        return [term for term in self.utterance.passage.terms if term.names & names]

    def said_of(self, term: Term) -> list[Term]:
        """Return where the utterance says one of the terms."""
        return [spoken for spoken in self.utterance.passage.terms if spoken.names & term.names]

    def clauses(self) -> list[Clause]:
        """Return the utterance's clauses that hold one of the terms."""
        return [self.utterance.passage.clauses[n] for n in sorted({term.clause for term in self.spoken_terms()})]


def opposed_clauses(ground: Ground) -> Iterator[Finding]:
    """Yield the clauses of a claim whose main statement is turned round."""
    passage = ground.claim.passage
    left_out = [*ground.claim.quotations, *risk_spans(ground.claim)]
    for clause in passage.clauses:
        terms = [
            t for t in ground.terms if clause.first <= t.first < clause.last and not _is_within(ground, t, left_out)
        ]
        if len(terms) < _FEWEST:
            continue
        rests = list(_rests_of(terms, ground))
        at = _turns(ground, clause)
        turned = at is not None and _first_is_affirmed(terms, at, rests)
        own = frozenset(word.form for word in passage.words[clause.first : clause.last])
        turned = turned and not _is_negated_nearby(terms, ground)
        if (turned and _affirm(rests, own)) or (at is None and _deny(rests) and not turns_anything(ground)):
            start, end = passage.span(clause.first, clause.last)
            counter = tuple(quote(rest.utterance) for rest in rests)
            yield Finding(CHECK, "polarity_conflict", ground.claim.text[start:end], counter)
        elif at is not None and rests and not _is_negation_heard(rests, ground):
            start, end = passage.span(clause.first, clause.last)
            yield Finding(CHECK, "negation_not_heard", ground.claim.text[start:end])


def _is_negated_nearby(terms: Sequence[Term], ground: Ground) -> bool:
    """Say whether the evidence negates one of the terms, as "I've not taken it" does for "has not begun taking"."""
    names = frozenset().union(*(term.names for term in terms))
    shown = [candidate.utterance for candidate in ground.evidence.candidates]
    return any(term.negated and term.names & names for utterance in shown for term in utterance.passage.terms)


def _is_negation_heard(rests: Sequence[_Rest], ground: Ground) -> bool:
    """Say whether anything is negated or refused in what a clause rests on, around it, or in the replies to it."""
    numbers = {n for rest in rests for n in range(rest.utterance.number - 1, rest.utterance.number + _REPLIES)}
    near = [u for u in ground.index.utterances if u.number in numbers]
    return any(is_cue(word.form) or word.form in _SOFT for utterance in near for word in utterance.passage.words)


def _is_within(ground: Ground, term: Term, spans: Sequence[tuple[int, int]]) -> bool:
    """Say whether a term stands in a quotation, or names a danger, which has a check of its own."""
    start = ground.claim.passage.words[term.first].start
    return any(first <= start < last for first, last in spans)


def _turns(ground: Ground, clause: Clause) -> int | None:
    """Return where the clause's first verb is negated or refused: "will not", "declined to", "denied crying"."""
    words = ground.claim.passage.words
    if words[clause.first].form in _SUPPOSING:
        return None
    early = range(clause.first, min(clause.last, clause.first + _EARLY))
    turns = (n for n in early if words[n].form in _REFUSALS or words[n].form == "not" or words[n].form.endswith("n't"))
    return next(turns, None)


def _first_is_affirmed(terms: list[Term], at: int, rests: list[_Rest]) -> bool:
    """Say whether what the negation stands before was said, and not only under a negation there too."""
    first = next((term for term in terms if term.first > at), None)
    said = [spoken for rest in rests for spoken in rest.said_of(first)] if first is not None else []
    return any(not spoken.negated for spoken in said)


def turns_anything(ground: Ground) -> bool:
    """Say whether a claim itself turns something round: "stopped the naltrexone", "none on the bus"."""
    words = ground.claim.passage.words
    return any(is_cue(word.form) or word.form in _SOFT or word.form in _CLAIM_TURNS for word in words)


def _rests_of(terms: list[Term], ground: Ground) -> Iterator[_Rest]:
    """Yield what a clause rests on, where that is most of it: the evidence with the clause's own words in it."""
    total = sum(ground.index.weight(term.names) for term in terms) or 1.0
    rests = []
    held: set[int] = set()
    for candidate in ground.evidence.candidates:
        for utterance in (candidate.question, candidate.utterance):
            own = [n for n, t in enumerate(terms) if utterance and utterance.number in ground.index.where(t.names)]
            if utterance is not None and own:
                rests.append(_Rest(utterance, tuple(terms[n] for n in own)))
                held.update(own)
    if sum(ground.index.weight(terms[n].names) for n in held) >= _BASIS * total:
        yield from rests


def _affirm(rests: list[_Rest], own: frozenset[str]) -> bool:
    """Say whether the clause was said, and nothing of it denied, refused or left unanswered."""
    return bool(rests) and not any(_has_doubt(rest, own) for rest in rests)


def _has_doubt(rest: _Rest, own: frozenset[str]) -> bool:
    """Say whether a negation stands by a third of the clause's words, or a question with them was not answered so.

    A soft negation that the claim has itself, as in "skips lunch", is no doubt.
    """
    for clause in rest.clauses():
        answer = rest.utterance.answer
        if clause.asks and not clause.is_open and (answer is None or not answer.yes):
            return True
    if sum(clause.asks for clause in rest.utterance.passage.clauses) > 1:
        return True
    doubted = [all(_is_doubted(rest, spoken, own) for spoken in rest.said_of(term)) for term in rest.terms]
    return sum(doubted) * _THIRD >= len(doubted)


def _is_doubted(rest: _Rest, term: Term, own: frozenset[str]) -> bool:
    """Say whether a negation stands shortly before a word in its clause, or after it in a brief utterance."""
    passage = rest.utterance.passage
    first = max(passage.clauses[term.clause].first, term.first - _CLOSE)
    near = passage.words[first : term.first]
    if len(passage.words) <= _BRIEF:
        near += passage.words[term.last :]
    return any(is_cue(word.form) or (word.form in _SOFT and word.form not in own) for word in near)


def _deny(rests: list[_Rest]) -> bool:
    """Say whether every word of the clause that was said stands under a negation there."""
    held = [term for rest in rests for term in rest.spoken_terms()]
    asked = any(clause.asks for rest in rests for clause in rest.clauses())
    return bool(held) and not asked and all(term.negated for term in held)
