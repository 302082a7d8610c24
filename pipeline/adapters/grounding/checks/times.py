"""Time: when something happened or will, and how often, must be as it was said."""

from collections.abc import Iterator, Sequence
from functools import cache

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import has_basis, stretch
from pipeline.adapters.grounding.checks.tenses import outlived
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Stance, Utterance
from pipeline.adapters.grounding.lexicon import groups_in
from pipeline.adapters.grounding.numerals import quantities_in
from pipeline.adapters.grounding.passage import Passage, Term
from pipeline.adapters.grounding.words import Word, stem
from pipeline.domain.evidence import EvidenceSpan, Finding

CHECK = "time"
#: Sorts whose words are names, so that one nobody said was invented.
_NAMED = frozenset(("weekday", "month", "season"))
#: Words between "can't" and the day that it declines.
_CLOSE = 4
#: Utterances within which a wrong name is put right.
_PUT_RIGHT = 3
_REFUSING = frozenset(("can't", "cannot", "couldn't", "won't"))
_AFTER_ONE_DAY = frozenset(("of", "off", "or", "at", "later", "before", "after", "ago", "when", "where", "in", "out"))
_UNITS = frozenset(("day", "week", "month", "night", "year", "hour"))
_BEFORE_ONE_DAY = frozenset(
    ("for", "missed", "took", "take", "had", "have", "such", "what", "about", "nearly", "within")
)
_BEFORE_MONTHS = frozenset(("in", "since", "of", "last", "next", "on", "by", "until", "early", "late"))


def check_times(ground: Ground) -> Outcome:
    """Hold each word of time in the claim against those of its sort in the evidence."""
    claimed = tuple(times_in(ground.claim.passage))
    found = (f for sort, name, at in claimed if (f := _finding(sort, name, at, ground)) is not None)
    findings = (*found, *outlived(ground))
    if not claimed and not findings:
        return NOT_APPLICABLE
    return failed(*findings) if findings else PASSED


def times_in(passage: Passage) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Yield each word of time: its sort, its name, and the words it takes up."""
    sorts = _sorts()
    words = passage.words
    for index, word in enumerate(words):
        form = word.form.removesuffix("s") if word.form.endswith("days") else word.form.removesuffix("'s")
        before = words[index - 1].form if index else ""
        if form in sorts and _is_time(form, before, passage, index):
            yield sorts[form], form, (index, index + 1)
            if sorts[form] == "weekday" and before in {"every", "each"}:
                yield "frequency", "=weekly", (index - 1, index + 1)
        if f"{before} {form}" in sorts:
            yield sorts[f"{before} {form}"], f"{before} {form}", (index - 1, index + 1)
    for meaning in passage.meanings:
        if meaning.name in sorts and _is_rate(words, meaning.first, meaning.last):
            yield sorts[meaning.name], meaning.name, (meaning.first, meaning.last)


def is_time_word(term: Term) -> bool:
    """Say whether a term only says when: "Sunday", "this week"."""
    return not _stems_of_times().isdisjoint(term.names)


@cache
def _stems_of_times() -> frozenset[str]:
    return frozenset(stem(name) for name, sort in _sorts().items() if sort in _NAMED | {"day", "part"})


@cache
def _sorts() -> dict[str, str]:
    return {name: group[0] for group in groups_in("times.txt") for name in group[1:]}


def _is_time(form: str, before: str, passage: Passage, index: int) -> bool:
    """Say whether a word tells a time here: "may" and "march" mostly do not, nor does "two in the morning"."""
    if form in {"may", "march"}:
        return before in _BEFORE_MONTHS
    return not _tells_the_hour(passage, index)


def _is_rate(words: Sequence[Word], first: int, last: int) -> bool:
    """Say whether words are a rate: "weekly" is, "weeks" of the same stem is not."""
    alone = last - first == 1 and words[first].stem in _UNITS
    return not (alone and not words[first].form.endswith("ly")) and not _is_one_day(words, first, last)


def _is_one_day(words: Sequence[Word], first: int, last: int) -> bool:
    """Say whether "a day" is a day and no rate: "missed a day of work", "for a day or two"."""
    if words[first].form not in {"a", "one"} or words[last - 1].form != "day":
        return False
    before = words[first - 1].form if first else ""
    following = words[last].form if last < len(words) else ""
    return following in _AFTER_ONE_DAY or before in _BEFORE_ONE_DAY


def _tells_the_hour(passage: Passage, index: int) -> bool:
    before = [word.form for word in passage.words[max(0, index - 3) : index]]
    return before[-2:] == ["in", "the"] and len(quantities_in(passage.words[max(0, index - 3) : index - 2])) > 0


def _finding(sort: str, name: str, at: tuple[int, int], ground: Ground) -> Finding | None:
    start, end = ground.claim.passage.span(*at)
    words = ground.claim.text[start:end]
    own = frozenset(stem(part) for part in name.split()) | {name}
    put_right = _put_right(sort, name, ground) if sort in _NAMED else ()
    if put_right:
        return Finding(CHECK, "stale_after_correction", words, put_right)
    if _said(sort, name, stretch(ground, left_out=own)):
        return None
    rivals = _rivals(sort, name, ground, own)
    if rivals:
        return Finding(CHECK, "time_mismatch", words, rivals)
    unsaid = sort in _NAMED and not _said(sort, name, ground.index.utterances)
    return Finding(CHECK, "time_not_said", words) if unsaid else None


def _put_right(sort: str, name: str, ground: Ground) -> tuple[EvidenceSpan, ...]:
    """Return where a name was put right, if it was each time: "in August. No, July", "In February?" - "No, January"."""
    near = stretch(ground) if has_basis(ground) else ground.index.utterances
    said = [(u, at[0]) for u in near for s, n, at in times_in(u.passage) if (s, n) == (sort, name)]
    better = [place for u, at in said if (place := _better(sort, name, u, at, ground)) is not None]
    if not said or len(better) < len(said):
        return ()
    return tuple(dict.fromkeys(quote(u) for (told, _), found in zip(said, better, strict=True) for u in (told, found)))


def _better(sort: str, name: str, utterance: Utterance, at: int, ground: Ground) -> Utterance | None:
    """Return the utterance with another name of the sort after a "no": this one, or the next voice's."""
    words = utterance.passage.words
    for s, n, place in times_in(utterance.passage):
        between = [word.form for word in words[at + 1 : place[0]]]
        if s == sort and n != name and place[0] > at and {"no", "sorry"} & set(between):
            return utterance
    for reply in ground.index.utterances[utterance.number + 1 : utterance.number + 2]:
        names = {n for s, n, _ in times_in(reply.passage) if s == sort}
        opens = reply.passage.words[0].form if reply.passage.words else ""
        if reply.segment.speaker == utterance.segment.speaker or not names - {name}:
            continue
        closed = utterance.asks and not any(clause.is_open for clause in utterance.passage.clauses)
        offered = closed and not (utterance.answer is not None and utterance.answer.yes)
        if offered or (opens == "no" and name not in names):
            return reply
    return None


def _rivals(sort: str, name: str, ground: Ground, own: frozenset[str]) -> tuple[EvidenceSpan, ...]:
    """Return what the claim's evidence says of the same sort instead."""
    if not has_basis(ground, own):
        return ()
    near = stretch(ground, int(sort in _NAMED), own)
    if sort in _NAMED and _said(sort, name, stretch(ground, _PUT_RIGHT, own)):
        return ()  # "that was in February" - "no, January"
    claimed = {n for _, n, _ in times_in(ground.claim.passage)}
    others = [u for u in near if any(s == sort and n not in claimed for s, n, _ in times_in(u.passage))]
    return tuple(quote(utterance) for utterance in others)


def _said(sort: str, name: str, utterances: tuple[Utterance, ...]) -> bool:
    """Say whether a word of time was said, and a day not only as one that does not suit."""
    return any(
        (sort, name) == (s, n) and not (sort == "weekday" and _is_declined(u, at[0]))
        for u in utterances
        for s, n, at in times_in(u.passage)
    )


def _is_declined(utterance: Utterance, at: int) -> bool:
    """Say whether a day was offered and not taken: "next Thursday?" - "I can't do Thursday."."""
    mention = utterance.stance_of(at)
    near = {word.form for word in utterance.passage.words[max(0, at - _CLOSE) : at]}
    declined = mention.settled_in != mention.utterance or bool(near & _REFUSING)
    return mention.stance is Stance.DENIED and declined
