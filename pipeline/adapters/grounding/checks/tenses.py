"""Tenses: what "used to be" is not what is."""

import re
from collections.abc import Iterator
from itertools import pairwise

from pipeline.adapters.grounding.checks.ground import Ground
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.lexicon import word_set, words_in
from pipeline.adapters.grounding.passage import Term
from pipeline.domain.evidence import Finding

_PAST = re.compile(
    r"\b(?:used to|previous\w*|former\w*|past|history|hx|h/o|was|were|had|ago|last|prior|no longer|stopped|quit|"
    r"until|before|since|formerly|historically|[a-z]+ed)\b",
    re.IGNORECASE,
)
_NOW = frozenset(("has", "is", "does", "currently"))
_SUBJECTS = word_set("client_nouns") | {"he", "she"}
_GENERIC = words_in("generic.txt")
_EARLY = 3


def outlived(ground: Ground) -> Iterator[Finding]:
    """Yield what a claim in the present says, where it was only told of as it used to be."""
    words = ground.claim.passage.words
    subject = next((n for n, word in enumerate(words[:2]) if word.form in _SUBJECTS), None)
    if subject is None or _PAST.search(ground.claim.text) or not _is_present(ground, subject + 1):
        return
    for term in ground.terms:
        if term.names <= _GENERIC or term.negated:
            continue
        told = [(u, spoken) for u in _holding(term, ground) for spoken in u.passage.terms if spoken.names & term.names]
        if told and all(_used_to(u, spoken) for u, spoken in told):
            start, end = ground.claim.passage.span(term.first, term.last)
            counter = tuple(dict.fromkeys(quote(u) for u, _ in told))
            yield Finding("time", "time_mismatch", ground.claim.text[start:end], counter)


def _is_present(ground: Ground, at: int) -> bool:
    words = ground.claim.passage.words[at : at + _EARLY]
    return bool(words) and (words[0].form in _NOW or (words[0].form.endswith("s") and words[0].form.isalpha()))


def _holding(term: Term, ground: Ground) -> list[Utterance]:
    return [ground.index.utterances[number] for number in sorted(ground.index.where(term.names))]


def _used_to(utterance: Utterance, spoken: Term) -> bool:
    """Say whether "used to" stands before a word in its clause."""
    clause = utterance.passage.clauses[spoken.clause]
    forms = [word.form for word in utterance.passage.words[clause.first : spoken.first]]
    return any(pair == ("used", "to") for pair in pairwise(forms))
