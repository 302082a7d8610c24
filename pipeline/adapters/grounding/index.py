"""A transcript made ready to be searched: what was said where, by whom, asked or answered."""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from pipeline.adapters.grounding.answers import Answer, answer_to, puts_none
from pipeline.adapters.grounding.clauses import Clause
from pipeline.adapters.grounding.corrections import put_right_by, taken_back_in
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.medications import Medicine, medicines_in
from pipeline.adapters.grounding.passage import Passage, passage_of
from pipeline.adapters.grounding.pieces import pieces_of
from pipeline.adapters.grounding.quantities import Quantity
from pipeline.adapters.grounding.speakers import labels_of, voices_in
from pipeline.domain.transcript import Role, Segment, Transcript

_LONG_NAME = 6
_ALIKE = 83.0
_SUPPOSING = word_set("supposing")
#: A question of so few words that points back asks about what was just said.
_BRIEF = 9
#: Content words with which it asks about something of its own: "does it hurt on Saturdays?".
_OWN_MATTER = 2
_POINTERS = frozenset(("that", "it", "those", "them", "this", "these"))


class Stance(Enum):
    """What was said of a thing that came up."""

    AFFIRMED = "affirmed"
    DENIED = "denied"
    #: Asked about, and the answer was neither yes nor no.
    ASKED = "asked"
    #: Stated by the clinician, as advice and explanations are.
    TOLD = "told"
    #: Said of what could be: "if you get a fever", "it might cause nausea".
    SUPPOSED = "supposed"


@dataclass(frozen=True, slots=True)
class Utterance:
    """A segment, or a piece of a long one, and what was found in it."""

    number: int
    segment: Segment = field(repr=False)
    #: Characters into the segment at which the passage begins.
    offset: int
    passage: Passage = field(repr=False)
    #: What the next speaker answered to the question in it, and where.
    answer: Answer | None = None

    @property
    def asks(self) -> bool:
        """Say whether any of it is a question."""
        return any(clause.asks for clause in self.passage.clauses)

    def stance_of(self, word: int) -> "Mention":
        """Return what it says, with the answer to it, of the thing that a word names."""
        clause = self.passage.clause_at(word)
        if (clause.asks or self._is_put(clause) or self._is_asked_back(clause)) and not clause.is_open:
            return self._asked(word)
        if self.passage.negated[word]:
            stance = Stance.DENIED
        elif any(w.form in _SUPPOSING for w in self.passage.words[clause.first : clause.last]):
            stance = Stance.SUPPOSED
        else:
            stance = Stance.TOLD if self.segment.role is Role.CLINICIAN else Stance.AFFIRMED
        return Mention(self.number, word, stance, self.number)

    def _is_put(self, clause: Clause) -> bool:
        """Say whether a clinician puts that there is none, for the client to agree to: "so no thoughts of it"."""
        return self.segment.role is Role.CLINICIAN and self.answer is not None and puts_none(self.passage, clause)

    def _is_asked_back(self, clause: Clause) -> bool:
        """Say whether the next clause asks about the one before: "you cut yourself then. Has that come back?"."""
        if self.segment.role is not Role.CLINICIAN:
            return False
        following = next((found for found in self.passage.clauses if found.first >= clause.last and found.asks), None)
        if following is None or following.is_open:
            return False
        words = self.passage.words[following.first : following.last]
        if any(word.form == "before" for word in words):
            return False  # "she put you on buspar. have you been on that before?"
        own = sum(word.is_content for word in words)
        return len(words) <= _BRIEF and own < _OWN_MATTER and any(word.form in _POINTERS for word in words)

    def _asked(self, word: int) -> "Mention":
        if self.answer is None or self.answer.yes is None:
            return Mention(self.number, word, Stance.ASKED, self.number)
        clause = self.passage.clause_at(word)
        forms = [w.form for w in self.passage.words[clause.first : clause.last - 1]]
        listed = "or" in forms or forms.count(",") > 1
        if self.answer.yes and listed:
            return Mention(self.number, word, Stance.ASKED, self.number)
        # "No fevers?" - "No." and "No fevers?" - "Right." both deny; "No fevers?" - "I did on Friday" does not.
        affirmed = self.answer.yes and (self.answer.insists or not self.passage.negated[word])
        return Mention(self.number, word, Stance.AFFIRMED if affirmed else Stance.DENIED, self.answer.utterance)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that came up: in which utterance, at which word."""

    utterance: int
    word: int
    stance: Stance
    #: The utterance that settled it: the answer, or its own.
    settled_in: int


@dataclass(frozen=True, slots=True)
class SpokenQuantity:
    """An amount, where it was said, and where it was put right."""

    quantity: Quantity
    utterance: int
    corrected_in: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TranscriptIndex:
    """All utterances and where each name comes up in them."""

    utterances: tuple[Utterance, ...] = field(repr=False)
    #: Name to (utterance, word) pairs.
    postings: dict[str, tuple[tuple[int, int], ...]] = field(repr=False)
    quantities: tuple[SpokenQuantity, ...] = field(repr=False)
    #: Answering utterance to asking one.
    questions: dict[int, int] = field(repr=False)
    #: Stem of a word of a speaker's label, or of what their role is called, to the labels.
    labels: dict[str, frozenset[str]] = field(repr=False)
    #: Stem of a word of a speaker's own label, as of a chat's "Ann", to what that speaker says.
    voices: dict[str, frozenset[int]] = field(repr=False)
    #: Two and three stems in a row.
    runs: frozenset[tuple[str, ...]] = field(repr=False)
    #: Medicines by substance: where each is named, and where somebody other than the clinician affirms it.
    medicines: dict[str, tuple[int, ...]] = field(repr=False)
    taken: dict[str, tuple[int, ...]] = field(repr=False)
    #: Spoken names long enough to be told apart by their letters.
    vocabulary: tuple[str, ...] = field(repr=False)
    #: What ``where`` found before, since a note asks for the same few names many times.
    found: dict[frozenset[str], frozenset[int]] = field(default_factory=dict, repr=False)
    #: The same for amounts, by their name.
    equal: dict[tuple[str, bool], tuple[int, ...]] = field(default_factory=dict, repr=False)
    #: The same for what was said of a name at a place.
    stances: dict[tuple[int, int], Mention] = field(default_factory=dict, repr=False)

    def weight(self, names: frozenset[str]) -> float:
        """Return the inverse document frequency of a term over the utterances."""
        found = len(self.where(names))
        return math.log(1.0 + (len(self.utterances) + 1.0) / (found + 0.5))

    def where(self, names: frozenset[str]) -> frozenset[int]:
        """Return the numbers of the utterances in which any of the names comes up or which one so called says."""
        known = self.found.get(names)
        if known is None:
            found = {utterance for name in names for utterance, _ in self.postings.get(name, ())}
            known = frozenset(found.union(*(self.voices[name] for name in names if name in self.voices)))
            self.found[names] = known
        return known

    def words_of(self, names: frozenset[str], utterance: int) -> Iterator[int]:
        """Yield the words of an utterance at which any of the names comes up."""
        yield from (word for name in names for number, word in self.postings.get(name, ()) if number == utterance)

    def amounts_equal_to(self, quantity: Quantity) -> tuple[int, ...]:
        """Return the numbers of the spoken amounts that mean the same."""
        known = self.equal.get((quantity.name, quantity.vague))
        if known is None:
            known = tuple(n for n, spoken in enumerate(self.quantities) if quantity.equals(spoken.quantity))
            self.equal[quantity.name, quantity.vague] = known
        return known

    def speakers_named(self, names: frozenset[str]) -> frozenset[str]:
        """Return the speakers whose label has one of the names in it, as a chat's "Ann" has."""
        return frozenset(speaker for name in names for speaker in self.labels.get(name, ()))

    def spelled_like(self, name: str) -> str | None:
        """Return the spoken name that differs from a long one by a letter or two, if any does."""
        if len(name) < _LONG_NAME or not name.isalpha():
            return None
        found = extractOne(name, self.vocabulary, scorer=ratio, score_cutoff=_ALIKE)
        return None if found is None else str(found[0])

    def question_of(self, utterance: int) -> int | None:
        """Return the utterance whose question this one answers."""
        return self.questions.get(utterance)

    def answer_of(self, utterance: int) -> int | None:
        """Return the utterance that answers the question in this one."""
        answer = self.utterances[utterance].answer
        return None if answer is None else answer.utterance

    def mentions(self, names: frozenset[str]) -> Iterator[Mention]:
        """Yield where any of the names comes up, with what was said of it."""
        for place in sorted({place for name in names for place in self.postings.get(name, ())}):
            known = self.stances.get(place)
            if known is None:
                known = self.stances[place] = self.utterances[place[0]].stance_of(place[1])
            yield known


def index_of(transcript: Transcript) -> TranscriptIndex:
    """Return the index of a transcript."""
    pieces = [(segment, start, end) for segment in transcript.segments for start, end in pieces_of(segment.text)]
    passages = tuple(passage_of(segment.text[start:end]) for segment, start, end in pieces)
    voices = [segment.speaker for segment, _, _ in pieces]
    utterances = tuple(
        Utterance(number, segment, start, passages[number], answer_to(number, voices, passages, _may_put(segment)))
        for number, (segment, start, _) in enumerate(pieces)
    )
    quantities = tuple(_quantities(utterances))
    postings = _postings(passages, quantities)
    named = [(medicine, utterance) for utterance in utterances for medicine in medicines_in(utterance.passage.words)]
    return TranscriptIndex(
        utterances=utterances,
        postings=postings,
        quantities=quantities,
        questions={u.answer.utterance: u.number for u in utterances if u.answer and u.answer.utterance != u.number},
        labels=labels_of(transcript),
        voices=voices_in([utterance.segment.speaker for utterance in utterances]),
        runs=_runs(passages),
        medicines=_places(named),
        taken=_places((medicine, u) for medicine, u in named if u.stance_of(medicine.first).stance is Stance.AFFIRMED),
        vocabulary=tuple(name for name in postings if len(name) >= _LONG_NAME - 1 and name.isalpha()),
    )


def _may_put(segment: Segment) -> bool:
    return segment.role is Role.CLINICIAN


def _places(named: Iterable[tuple[Medicine, Utterance]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for medicine, utterance in named:
        found[medicine.substance].append(utterance.number)
    return {substance: tuple(numbers) for substance, numbers in found.items()}


def quantity_name(number: int) -> str:
    """Return the name under which the spoken amount of this number is posted."""
    return f"##{number}"


def _quantities(utterances: Sequence[Utterance]) -> Iterator[SpokenQuantity]:
    """Yield every amount, with what put it right."""
    passages = [utterance.passage for utterance in utterances]
    for number, utterance in enumerate(utterances):
        for quantity, corrected in taken_back_in(utterance.passage, number):
            better = put_right_by(passages, number, utterance.answer, quantity) if corrected is None else corrected
            yield SpokenQuantity(quantity, number, better)


def _postings(
    passages: Sequence[Passage], quantities: Sequence[SpokenQuantity]
) -> dict[str, tuple[tuple[int, int], ...]]:
    postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, passage in enumerate(passages):
        for index, word in enumerate(passage.words):
            if word.is_content:
                postings[word.stem].append((number, index))
        for meaning in passage.meanings:
            postings[meaning.name].append((number, meaning.first))
    for number, spoken in enumerate(quantities):
        for name in (quantity_name(number), spoken.quantity.name):
            postings[name].append((spoken.utterance, spoken.quantity.first))
    return {name: tuple(places) for name, places in postings.items()}


def _runs(passages: Sequence[Passage]) -> frozenset[tuple[str, ...]]:
    runs: set[tuple[str, ...]] = set()
    for passage in passages:
        stems = [word.stem for word in passage.words if word.form[0].isalnum()]
        runs.update(pairwise(stems))
        runs.update(zip(stems, stems[1:], stems[2:], strict=False))
    return frozenset(runs)
