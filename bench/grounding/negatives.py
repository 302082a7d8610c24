"""Wrong claims made from right ones: another conversation's, half of one, or with words said elsewhere in it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench.grounding.data import Case, Labelled
from pipeline.adapters.grounding.words import words_of
from pipeline.domain.evidence import Claim

_LONG = 6
_WORDY = 5


def foreign(cases: Sequence[Case], seed: int) -> Iterator[Case]:
    """Yield the cases with as many claims again, drawn from other cases' notes."""
    chance = random.Random(seed)  # noqa: S311 - a seeded draw for a benchmark
    pool = [(case.group, item.claim) for case in cases for item in case.claims]
    groups = {case.group for case in cases}
    for case in cases:
        own = {item.claim.text for item in case.claims}
        drawn: list[Labelled] = []
        while len(groups) > 1 and len(drawn) < len(case.claims):
            group, claim = chance.choice(pool)
            if group != case.group and claim.text not in own:
                drawn.append(Labelled(claim, right=False, kind="foreign"))
        yield replace(case, claims=numbered((*case.claims, *drawn)))


def spliced(cases: Sequence[Case], seed: int) -> Iterator[Case]:
    """Yield the cases with claims of which one part is another case's."""
    chance = random.Random(seed)  # noqa: S311 - a seeded draw for a benchmark
    pool = [(c.group, x.claim.text.split()) for c in cases for x in c.claims if len(x.claim.text.split()) >= _LONG]
    for case in cases:
        made = []
        for own in (item.claim.text.split() for item in case.claims):
            if len(own) < _LONG:
                continue
            other = next(words for group, words in iter(lambda: chance.choice(pool), None) if group != case.group)
            cut = chance.uniform(0.3, 0.7)
            halves = own[: int(len(own) * cut)], other[int(len(other) * cut) :]
            if chance.random() < 0.5:
                halves = other[: int(len(other) * cut)], own[int(len(own) * cut) :]
            made.append(Labelled(Claim("", " ".join(halves[0] + halves[1])), right=False, kind="spliced"))
        yield replace(case, claims=numbered(made))


def shuffled(cases: Sequence[Case], seed: int) -> Iterator[Case]:
    """Yield the cases with claims in which one to three words give way to words said elsewhere in the conversation."""
    chance = random.Random(seed)  # noqa: S311 - a seeded draw for a benchmark
    for case in cases:
        bag = [
            word.form
            for segment in case.transcript.segments
            for word in words_of(segment.text)
            if word.is_content and word.form.isalpha() and len(word.form) > 3
        ]
        made = [_shuffled(item.claim.text, bag, chance) for item in case.claims] if bag else []
        claims = [Labelled(Claim("", text), right=False, kind="shuffled") for text in made if text]
        yield replace(case, claims=numbered(claims))


def numbered(claims: Sequence[Labelled]) -> tuple[Labelled, ...]:
    """Return the claims under fresh ids."""
    return tuple(replace(item, claim=replace(item.claim, claim_id=f"c{n}")) for n, item in enumerate(claims))


def _shuffled(text: str, bag: Sequence[str], chance: random.Random) -> str:
    words = [w for w in words_of(text) if w.is_content and w.form.isalpha() and len(w.form) > 2]
    if len(words) < _WORDY:
        return ""
    for word in sorted(chance.sample(words, chance.choice((1, 2, 2, 3))), key=lambda w: -w.start):
        text = text[: word.start] + chance.choice(bag) + text[word.end :]
    return text
