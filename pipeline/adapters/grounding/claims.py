"""A claim made ready: abbreviations written out, its kind, its quotations, and whom it speaks of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from pipeline.adapters.grounding.index import TranscriptIndex, quantity_name
from pipeline.adapters.grounding.lexicon import groups_in, pairs_in, word_set, words_in
from pipeline.adapters.grounding.passage import Passage, Term, names_of, passage_of
from pipeline.adapters.grounding.quantities import Quantity
from pipeline.adapters.grounding.words import Word, stem, words_of
from pipeline.domain.evidence import Claim
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

_QUOTED = re.compile(r'["“”]([^"“”]{2,}?)["“”]')
_HEADED = re.compile(r"\s*([A-Za-z][A-Za-z/& ]{0,40}?)\s*(?::|;|\s-)\s*")
_TITLED = re.compile(r"\s*(?:[A-Z][\w/&-]*(?: |(?= ?:)|of |and |the ){0,3}){1,6}:")
_NUMBERED = re.compile(r"^\s*(?:\d{1,2}[.)]|[-*•])\s+")
_EARLY = 3
_NIL = word_set("nil")
_GENERIC = words_in("generic.txt")
_CLIENT = word_set("client_words")
_CLINICIAN = word_set("clinician_words")
_HEADINGS_ALONE = word_set("headings_alone")


@dataclass(frozen=True, slots=True)
class ParsedClaim:
    """A claim and what was found in it."""

    claim: Claim = field(repr=False)
    passage: Passage = field(repr=False)
    kind: SentenceKind
    #: Character spans of quoted words, without their marks.
    quotations: tuple[tuple[int, int], ...]
    #: Whose words or deeds it reports, where it says so.
    actor: Role | None
    #: Which word names them.
    actor_word: int = 0

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Return its amounts, in order."""
        return self.passage.quantities

    @property
    def text(self) -> str:
        """Return the sentence."""
        return self.claim.text

    def is_quoted(self, char: int) -> bool:
        """Say whether a character stands within a quotation."""
        return any(start <= char < end for start, end in self.quotations)

    def denies(self, char: int, end: int) -> bool:
        """Say whether the words between two characters stand under a negation that comes before them."""
        words = self.passage.words
        at = next((n for n, word in enumerate(words) if char < word.end and word.start < end), None)
        return at is not None and self.passage.negated[at]


def parse_claim(claim: Claim) -> ParsedClaim:
    """Return a claim with everything the checks ask about it."""
    words = tuple(_written_out(claim.text))
    passage = passage_of(claim.text, words, reach=60)
    actor, word = (None, 0) if _TITLED.match(claim.text) else _actor(words)
    return ParsedClaim(
        claim=claim,
        passage=passage,
        kind=_kind(claim),
        quotations=tuple(match.span(1) for match in _QUOTED.finditer(claim.text)),
        actor=actor,
        actor_word=word,
    )


def terms_of(claim: ParsedClaim, index: TranscriptIndex) -> tuple[Term, ...]:
    """Return what the claim's content rests on: its words, and its amounts under the names of equal spoken ones."""
    if all(word.form in _HEADINGS_ALONE for word in claim.passage.words):
        return ()
    counted = {word for quantity in claim.quantities for word in range(quantity.first, quantity.last)}
    words = (
        heard_as(_as_written(part, claim), index)
        for term in claim.passage.terms
        if not counted & set(range(term.first, term.last))
        for part in _parts(term, claim.passage, index)
    )
    return (*words, *(_amount(quantity, index) for quantity in claim.quantities))


def _as_written(term: Term, claim: ParsedClaim) -> Term:
    """Return the term, also under the abbreviation it stands for in the note: people say "EKG" too."""
    start, end = claim.passage.span(term.first, term.last)
    written = claim.text[start:end].lower()
    return replace(term, names=term.names | {stem(written)}) if written.isalpha() else term


def _parts(term: Term, passage: Passage, index: TranscriptIndex) -> Iterator[Term]:
    """Yield a phrase nobody used as its single words, which may have been said in another order."""
    single = [n for n in range(term.first, term.last) if passage.words[n].is_content]
    spoken = any(index.where(names_of(passage.words[n])) for n in single)
    if term.last - term.first == 1 or index.where(term.names) or not spoken:
        yield term
        return
    for number in single:
        yield Term(names_of(passage.words[number]), number, number + 1, passage.negated[number], term.clause)


def heard_as(term: Term, index: TranscriptIndex) -> Term:
    """Return the term, also under a spoken name so much like it that one of them is a slip of ear or keyboard."""
    if index.where(term.names) or term.last - term.first > 1:
        return term
    like = index.spelled_like(next(iter(sorted(term.names, key=lambda name: name.startswith("=")))))
    return term if like is None else replace(term, names=term.names | {like})


def _amount(quantity: Quantity, index: TranscriptIndex) -> Term:
    equal = index.amounts_equal_to(quantity)
    names = frozenset((quantity.name, *(quantity_name(number) for number in equal)))
    return Term(names, quantity.first, quantity.last, negated=False, clause=0)


def kin_groups() -> tuple[tuple[str, ...], ...]:
    """Return the words for relatives, one group for each relation."""
    return groups_in("kin.txt")


@cache
def stems_of_kin() -> tuple[frozenset[str], ...]:
    """Return the stems of the words of each relation, in the order of the groups."""
    return tuple(frozenset(map(stem, group)) for group in kin_groups())


@cache
def kin_stems() -> frozenset[str]:
    """Return the stems of all words for relatives."""
    return frozenset().union(*stems_of_kin())


@cache
def _abbreviations() -> tuple[re.Pattern[str], dict[str, tuple[Word, ...]]]:
    table = {short: words_of(long) for short, long in pairs_in("abbreviations.txt")}
    longest_first = sorted(table, key=len, reverse=True)
    pattern = "|".join(re.escape(short) for short in longest_first)
    return re.compile(rf"(?<![\w/])(?:{pattern})(?![\w/])", re.IGNORECASE), table


def _written_out(text: str) -> Iterator[Word]:
    """Yield the words of a note's sentence; a long form takes the place of its abbreviation in the text.

    A heading before a colon names no claim of its own, unless what follows denies it: "PMH: nil".
    """
    numbered = _NUMBERED.match(text)
    done = numbered.end() if numbered else 0
    heading = _HEADED.match(text, done)
    topic = dict(pairs_in("headings.txt")).get(heading[1].strip().lower()) if heading else None
    if heading is None or topic is None:
        yield from _long_forms(text, done)
        return
    words = tuple(_long_forms(text, heading.end()))
    yield from words
    if words and words[0].form in _NIL and not any(word.is_content and word.stem not in _GENERIC for word in words):
        yield from (Word(word.form, word.stem, *heading.span(1)) for word in words_of(topic))


def _long_forms(text: str, done: int) -> Iterator[Word]:
    pattern, table = _abbreviations()
    for match in pattern.finditer(text, done):
        long = table.get(match.group()) or (None if match.group().isupper() else table.get(match.group().lower()))
        if long is None:
            continue
        yield from _shifted(text, done, match.start())
        yield from (Word(word.form, word.stem, match.start(), match.end()) for word in long)
        done = match.end()
    yield from _shifted(text, done, len(text))


def _shifted(text: str, start: int, end: int) -> Iterator[Word]:
    for word in words_of(text[start:end]):
        yield word._replace(start=word.start + start, end=word.end + start)


def _kind(claim: Claim) -> SentenceKind:
    """Return the kind the drafter gave, or what the wording says."""
    if claim.kind in set(SentenceKind):
        return SentenceKind(claim.kind)
    for kind, pattern in _kinds():
        if pattern.search(claim.text):
            return kind
    return SentenceKind.REPORTED


@cache
def _kinds() -> tuple[tuple[SentenceKind, re.Pattern[str]], ...]:
    return tuple((SentenceKind(kind), re.compile(pattern, re.IGNORECASE)) for kind, pattern in pairs_in("kinds.txt"))


def _actor(words: tuple[Word, ...]) -> tuple[Role | None, int]:
    """Return whom the sentence's first words make its subject, and where."""
    for index, word in enumerate(words[:_EARLY]):
        if word.form in _CLINICIAN:
            return Role.CLINICIAN, index
        if word.form in _CLIENT:
            return Role.CLIENT, index
    return None, 0
