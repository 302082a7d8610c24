"""Deeds: "he yelled at me" is not "client yelled", and "that you don't send" is not "sent"."""

from collections.abc import Iterator
from enum import Enum

from pipeline.adapters.grounding.checks.ground import Ground
from pipeline.adapters.grounding.checks.nearby import has_basis, stretch
from pipeline.adapters.grounding.claims import kin_stems
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.lexicon import word_set, words_in
from pipeline.adapters.grounding.passage import names_of
from pipeline.adapters.grounding.words import Word
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

_PASSIVE = frozenset(("was", "were", "been", "is", "are", "be", "being", "will", "to", "would", "should"))
#: What stands between a subject and a deed that went on: "was drinking", "has been drinking".
_AUXILIARIES = frozenset(("was", "were", "is", "are", "been", "has", "have", "had"))
_FIRST = word_set("first_persons")
_THIRD = word_set("third_persons")
_CLIENT = word_set("client_nouns")
_GENERIC = words_in("generic.txt")
_REACH = 7
_PREPOSITIONS = frozenset(("with", "to", "for", "from", "of", "about", "by", "near", "and"))
_EARLY = 3


class Doer(Enum):
    """Who does a thing."""

    CLIENT = "client"
    OTHER = "other"


def misplaced_deeds(ground: Ground) -> Iterator[Finding]:
    """Yield the claim's main deed where all that was said of it has somebody else doing it, or nobody."""
    claimed = _claimed(ground)
    if claimed is None or not has_basis(ground):
        return
    doer, verb = claimed
    places = [(u, at) for u in stretch(ground, reach=0) for at in _places(u, verb)]
    told = [(u, at) for u, at in places if not u.passage.clause_at(at).asks]
    if told and not names_of(verb) <= _GENERIC and all(u.passage.negated[at] for u, at in told):
        counter = tuple(dict.fromkeys(quote(u) for u, _ in told))
        yield Finding("attribution", "polarity_conflict", ground.claim.text[verb.start : verb.end], counter)
        return
    doers = [(_doer_of(u, at), u) for u, at in places if not u.passage.negated[at]]
    if doers and all(found not in {None, doer} for found, _ in doers):
        counter = tuple(dict.fromkeys(quote(u) for _, u in doers))
        yield Finding("attribution", "done_by_another", ground.claim.text[verb.start : verb.end], counter)


def _claimed(ground: Ground) -> tuple[Doer, Word] | None:
    """Return who does what by a claim's first words, where it says so plainly."""
    words = ground.claim.passage.words
    if (
        ground.claim.kind in {SentenceKind.SESSION_FACT, SentenceKind.NOT_ASSESSED, SentenceKind.PLAN}
        or len(words) < _EARLY
    ):
        return None
    doer, at = _subject(words)
    at = _going_on(words, at)
    verb = words[at] if at < len(words) else None
    if doer is None or verb is None or not verb.is_content or verb.form in _PASSIVE or ground.claim.passage.negated[at]:
        return None
    return doer, verb


def _going_on(words: tuple[Word, ...], at: int) -> int:
    """Return where the deed stands behind its auxiliaries, if it is one that went on; otherwise ``at``."""
    after = at
    while after < len(words) and words[after].form in _AUXILIARIES:
        after += 1
    return after if after < len(words) and words[after].form.endswith("ing") else at


def _subject(words: tuple[Word, ...]) -> tuple[Doer | None, int]:
    """Return the subject's sort and where its verb stands."""
    at = 1 if words[0].form == "the" else 0
    if words[at].form in _CLIENT:
        return Doer.CLIENT, at + 1
    owned = words[at].form.removesuffix("'s") in _CLIENT or words[at].form in {"his", "her", "their"}
    at += owned
    if at < len(words) and words[at].stem in kin_stems():
        return Doer.OTHER, at + 1
    return None, 0


def _places(utterance: Utterance, verb: Word) -> Iterator[int]:
    names = names_of(verb)
    yield from (n for n, word in enumerate(utterance.passage.words) if word.stem in names or names_of(word) & names)


def _doer_of(utterance: Utterance, at: int) -> Doer | None:
    """Return who does what a word of an utterance says, by the last subject before it."""
    words = utterance.passage.words
    role = utterance.segment.role
    for number in range(at - 1, max(-1, at - _REACH), -1):
        form = words[number].form.split("'")[0]
        if form in {".", "?", "!", ";"} or role is None:
            return None
        if form in _FIRST or (form == "me" and number == at - 1):
            return Doer.CLIENT if role is Role.CLIENT else None
        if form == "you":
            return Doer.CLIENT if role is Role.CLINICIAN else None
        if form in _THIRD or (words[number].stem in kin_stems() and not _is_object(words, number)):
            return Doer.OTHER
    return None


def _is_object(words: tuple[Word, ...], index: int) -> bool:
    """Say whether a relative is whom something is done with: "I stay with my wife and daughter"."""
    before = [word.form for word in words[max(0, index - 2) : index]]
    return any(form in _PREPOSITIONS for form in before)
