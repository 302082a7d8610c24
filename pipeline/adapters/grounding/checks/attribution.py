"""Attribution: who said it, and of whom; a relative in the note must be one that was spoken of."""

from collections.abc import Container, Iterator
from typing import NamedTuple

from pipeline.adapters.grounding.checks.deeds import misplaced_deeds
from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import has_basis, stretch
from pipeline.adapters.grounding.claims import kin_groups, kin_stems, stems_of_kin
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.lexicon import groups_in, word_set
from pipeline.adapters.grounding.words import stem
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

CHECK = "attribution"
_MOSTLY = 0.6
_GAP = 0.35
#: The same for deeds that only one of the two does: a client does not teach, a therapist does not report.
_HALF = 0.4
_LEAD = 0.15
_NOT_SPOKEN = frozenset((SentenceKind.SESSION_FACT, SentenceKind.NOT_ASSESSED))
_PASSIVE = frozenset(("was", "were", "been", "is", "are", "be"))
_PROMISES = ("i'll", "i will", "i'm going to", "i am going to", "i'm gonna", "let me", "i can")
_EARLY = 3
_TELLING = word_set("report_stems") | word_set("confession_stems")
_ACCORDING = frozenset(("per", "by", "to"))
_ATTENDING = frozenset(("wife", "husband", "boyfriend", "girlfriend"))


def check_attribution(ground: Ground) -> Outcome:
    """Hold the claim's speaker and relatives against who spoke and who was spoken of."""
    findings = (*_kin(ground), *_speaker(ground), *misplaced_deeds(ground))
    if findings:
        return failed(*findings)
    return PASSED if ground.claim.actor is not None or _kin_in_claim(ground) else NOT_APPLICABLE


def _kin_in_claim(ground: Ground) -> list[tuple[tuple[str, ...], int]]:
    """Return the relations the claim names, and the word that names each."""
    stems = [word.stem for word in ground.claim.passage.words]
    return [
        (group, index)
        for group, named in zip(kin_groups(), stems_of_kin(), strict=True)
        for index, found in enumerate(stems)
        if found in named
    ]


def _kin(ground: Ground) -> Iterator[Finding]:
    """Yield relatives that nobody spoke of, or of whom something else was said than the claim credits them with."""
    present = any(utterance.segment.role is Role.OTHER for utterance in ground.index.utterances)
    for group, word in _kin_in_claim(ground):
        if present and group[0] in _ATTENDING:
            continue  # a relative who is in the room need not be called one
        start, end = ground.claim.passage.span(word, word + 1)
        words = ground.claim.text[start:end]
        if not _names_any(group, ground.index.postings):
            # A relative who speaks, and is labelled so, need not be spoken of.
            if _names_any(group, ground.index.labels):
                continue
            if not _goes_by_another_word(group, ground) and not (_speaks(word, ground) and _has_unnamed_voice(ground)):
                yield Finding(CHECK, "relative_not_mentioned", words)
        elif has_basis(ground, frozenset(map(stem, group))) and not _near(group, ground):
            others = [u for u in stretch(ground, reach=0) if _other_kin(group, u, ground)]
            if others:
                yield Finding(CHECK, "relative_mismatch", words, tuple(quote(u) for u in others))


def _has_unnamed_voice(ground: Ground) -> bool:
    """Say whether a third voice is in the room whose label names no relation."""
    labels = {u.segment.speaker or "" for u in ground.index.utterances if u.segment.role is Role.OTHER}
    return any(not kin_stems() & {stem(word) for word in label.lower().split()} for label in labels)


def _speaks(word: int, ground: Ground) -> bool:
    """Say whether the claim tells what a relative says: "per mother", "mother reports"."""
    words = ground.claim.passage.words
    told = word + 1 < len(words) and words[word + 1].stem in _TELLING
    return told or (word > 0 and words[word - 1].form in _ACCORDING)


def _goes_by_another_word(group: tuple[str, ...], ground: Ground) -> bool:
    """Say whether a relation came up by a word that also fits others: a wife as "my ex", a son as "the baby"."""
    wider = next((words for name, *words in groups_in("wider_kin.txt") if name == group[0]), [])
    return _names_any(tuple(wider), ground.index.postings)


def _near(group: tuple[str, ...], ground: Ground) -> bool:
    return any(_names_any(group, {w.stem for w in u.passage.words}) for u in stretch(ground, reach=2))


def _other_kin(group: tuple[str, ...], utterance: Utterance, ground: Ground) -> bool:
    """Say whether another relative stands in a clause with words of the claim."""
    names = frozenset().union(*(term.names for term in ground.terms))
    passage = utterance.passage
    clauses = {term.clause for term in passage.terms if term.names & names}
    spans = [passage.clauses[number] for number in clauses]
    said = {word.stem for clause in spans for word in passage.words[clause.first : clause.last]}
    claimed = [named for named, _ in _kin_in_claim(ground)]
    return any(_names_any(other, said) for other in kin_groups() if other is not group and other not in claimed)


def _names_any(group: tuple[str, ...], stems: Container[str]) -> bool:
    return any(stem(member) in stems for member in group)


def _speaker(ground: Ground) -> Iterator[Finding]:
    """Yield a conflict where what is credited to one voice came from the other alone."""
    credited, deed = ground.claim.actor, _deed(ground)
    if credited is None or ground.claim.kind in _NOT_SPOKEN:
        return
    if deed is None:
        yield from _own_state(ground, credited)
        return
    if deed.sort == "intervention" and _has_another_tell(ground):
        return
    own, others, best = _shares(ground, credited, deed)
    if deed.sort == "confession" and credited is Role.CLINICIAN and own < _HALF:
        shown = tuple(
            quote(c.utterance) for c in ground.evidence.candidates if c.utterance.segment.role is not credited
        )
        yield Finding(CHECK, "said_by_another", ground.claim.text, shown)
        return
    strict = credited is Role.CLIENT and deed.sort in {"report", "confession"}
    least, lead = (_MOSTLY, _GAP) if strict else (_HALF, _LEAD)
    if best is not None and others >= least and others - own >= lead:
        yield Finding(CHECK, "said_by_another", ground.claim.text, (quote(best),))


def _has_another_tell(ground: Ground) -> bool:
    """Say whether an intervention is told of with what came of it: "guided an exercise in which Ben told Nadia"."""
    words = ground.claim.passage.words[ground.claim.actor_word + 1 + _EARLY :]
    return any(word.stem in word_set("report_stems") or word.form == "told" for word in words)


def _own_state(ground: Ground, credited: Role) -> Iterator[Finding]:
    """Yield a conflict where the clinician is credited with what the client says of themselves."""
    own, others, best = _shares(ground, credited, _Deed("state", ""))
    if credited is Role.CLINICIAN and best is not None and others >= _MOSTLY and others - own >= _GAP:
        forms = {word.form.split("'")[0] for word in best.passage.words}
        if "i" in forms and best.segment.role is Role.CLIENT:
            yield Finding(CHECK, "said_by_another", ground.claim.text, (quote(best),))


class _Deed(NamedTuple):
    """What the subject of a claim is said to have done: its sort and the stem of its verb."""

    sort: str
    verb: str


def _deed(ground: Ground) -> _Deed | None:
    """Return the deed right after the subject: a confession, a report, an intervention or a promise."""
    words = ground.claim.passage.words
    after = words[ground.claim.actor_word + 1 : ground.claim.actor_word + 1 + _EARLY]
    if any(word.form in _PASSIVE for word in after):
        return None
    for number, word in enumerate(after):
        if word.form == "will" and number + 1 < len(after):
            return _Deed("promise", after[number + 1].stem)
        for sort in ("confession", "report", "intervention"):
            if word.stem in word_set(f"{sort}_stems"):
                return _Deed(sort, word.stem)
    return None


def _shares(ground: Ground, credited: Role, deed: _Deed) -> tuple[float, float, Utterance | None]:
    """Return how much of the claim its credited voice said at once, or was asked and answered, and how much another."""
    own, others = 0.0, 0.0
    best: Utterance | None = None
    for place, terms in sorted(ground.evidence.held.items()):
        utterance = ground.index.utterances[place]
        share = ground.evidence.share(terms)
        bears = _bears(utterance, credited, deed)
        if bears:
            own = max(own, share)
        elif bears is False and share > others:
            others, best = share, utterance
    return own, others, best


def _bears(utterance: Utterance, credited: Role, deed: _Deed) -> bool | None:
    """Say whether what is credited may rest on an utterance, ``None`` where it speaks neither for nor against.

    A clinician's "you" tells of the client, and so does a question; nobody reports by asking, or asks by stating.
    """
    role = utterance.segment.role
    if role is None or (role is Role.OTHER and credited is Role.CLIENT):
        return True
    if deed.sort == "promise":
        return True if role is credited else False if _promises(utterance, deed.verb) else None
    if deed.verb == "ask":
        return role is credited if utterance.asks else None
    if deed.sort != "intervention" and utterance.asks and role is Role.CLINICIAN:
        return True if credited is Role.CLIENT else None
    if role is credited:
        return True
    forms = {word.form.split("'")[0] for word in utterance.passage.words}
    return deed.sort != "intervention" and credited is Role.CLIENT and bool(forms & {"you", "your", "yours"})


def _promises(utterance: Utterance, verb: str) -> bool:
    """Say whether the speaker promises the deed: "I'll call"."""
    words = utterance.passage.words
    return any(
        word.stem == verb and " ".join(w.form for w in words[max(0, n - 4) : n]).endswith(_PROMISES)
        for n, word in enumerate(words)
    )
