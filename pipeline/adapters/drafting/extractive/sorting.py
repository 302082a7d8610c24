"""Which topic a statement belongs to, from its words, its question and what was just spoken of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.adapters.drafting.extractive import lexicon
from pipeline.adapters.drafting.extractive.entries import Entry
from pipeline.adapters.drafting.extractive.speech import Statement, Turn, is_backchannel
from pipeline.domain.layout import Topic

#: So many turns after risk was spoken of, "a plan" is still a plan to die.
_RISK_LASTS = 6
#: Homework spoken of before this share of the session is the last session's.
_LATE = 0.55
_SHORT_REPLY = 25
#: A question so short takes its topic from what was said before: "How many nights of the week does that happen?"
_WITHOUT_WORDS = 12
#: Up to so many words, "it sounds like …" only mirrors.
_MIRRORS = 11
_LISTED = (Topic.MEDICATION, Topic.SUBSTANCE, Topic.SLEEP, Topic.APPETITE)
#: Topics that a question without words of its own ("How often?") goes on with.
_GO_ON = frozenset({*_LISTED, Topic.HOMEWORK, Topic.MOOD, Topic.PLAN, Topic.INTERVENTION})


@dataclass(frozen=True, slots=True)
class _Context:
    """What was spoken of last, and in which turn."""

    topic: Topic | None = None
    turn: int = -99
    risk_turn: int = -99


def entries_of(statements: Sequence[Statement], turns: Sequence[Turn]) -> Iterator[Entry]:
    """Yield the statements that have a topic, in order; replies go with what they answer."""
    context, replies = _Context(), set[int]()
    for index, statement in enumerate(statements):
        if index in replies:
            continue
        found = tuple(_entries(statement, context))
        for entry in found:
            taken = _reply(entry, index, statements, turns)
            if taken is not None:
                replies.add(taken)
            yield replace(entry, reply=statements[taken]) if taken is not None else entry
        context = _after(context, statement, found)


def unanswered_of(turns: Sequence[Turn], entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the questions about risk that no answer stands with."""
    answered = {id(unit) for entry in entries for unit in entry.statement.questions}
    for turn in turns:
        for unit in turn.units:
            if unit.asks and id(unit) not in answered and lexicon.risk_names(unit.text):
                yield Entry(
                    Topic.RISK, Statement(turn.voice, turn.number, turn.number / len(turns), (unit,)), needed=True
                )


def _entries(statement: Statement, context: _Context) -> Iterator[Entry]:
    if statement.voice.is_clinician:
        yield from _of_clinician(statement)
        return
    topic = _topic_of_answer(statement, context)
    if topic is not None:
        label = lexicon.technique(statement.question) if topic in {Topic.INTERVENTION, Topic.RESPONSE} else None
        answered = statement if topic is Topic.RISK else replace(statement, questions=statement.questions[-1:])
        yield Entry(
            topic, answered, technique=label or "", needed=_is_needed(topic, f"{statement.question} {statement.text}")
        )


def _of_clinician(statement: Statement) -> Iterator[Entry]:
    """Yield an answer about risk, or an entry for each sentence of the clinician that plans, explains or treats."""
    if lexicon.risk_names(" ".join(unit.text for unit in statement.questions)):
        yield Entry(Topic.RISK, statement, needed=True)
        return
    for unit in statement.units:
        alone = replace(statement, units=(unit,), questions=())
        topic = _topic_of_clinician(unit.text, alone.place)
        if topic is not None:
            label = lexicon.technique(unit.text) if topic is Topic.INTERVENTION else None
            asked = statement.questions[-1:] if topic is Topic.PLAN and unit is statement.units[0] else ()
            yield Entry(
                topic,
                replace(alone, questions=asked),
                technique=label or "",
                needed=_is_needed(topic, unit.text, by_clinician=True),
            )


def _topic_of_clinician(text: str, place: float) -> Topic | None:
    if "crisis" in lexicon.risk_names(text):
        return Topic.RISK
    topic = _planned(text) if place >= _LATE else Topic.HOMEWORK if lexicon.says("homework", text) else None
    if topic is not None:
        return topic
    if lexicon.technique(text):
        return Topic.INTERVENTION
    return Topic.FORMULATION if lexicon.says("formulation", text) and len(text.split()) > _MIRRORS else None


def _planned(text: str) -> Topic | None:
    if lexicon.DIRECTIVE.search(text) or lexicon.INTENTION.search(text):
        return Topic.PLAN
    if lexicon.says("meeting", text) and lexicon.says("when", text):
        return Topic.APPOINTMENT
    return Topic.PLAN if lexicon.says("planning", text) else None


def _topic_of_answer(statement: Statement, context: _Context) -> Topic | None:
    question, answer = statement.question, statement.text
    if _is_risk(question, answer, statement, context):
        return Topic.RISK
    if is_backchannel(statement.units) and not statement.questions:
        return None
    topic = _topic_by_place(statement.lead, question, answer, statement.place) or _topic_by_words(question, answer)
    if topic is None and _goes_on(statement, context):
        return context.topic
    return topic or (Topic.CONCERN if len(answer.split()) > 3 else None)  # noqa: PLR2004 - too short to tell anything


def _is_risk(question: str, answer: str, statement: Statement, context: _Context) -> bool:
    asked = " ".join(unit.text for unit in statement.questions)
    if lexicon.risk_names(asked) or lexicon.risk_names(answer):
        return True
    if not statement.questions:
        return False
    recent = statement.turn - context.risk_turn <= _RISK_LASTS
    of_the_same = len(question.split()) <= _WITHOUT_WORDS and lexicon.risk_names(statement.lead)
    return bool(of_the_same) or (recent and lexicon.says("risk_in_context", question))


def _topic_by_place(lead: str, question: str, answer: str, place: float) -> Topic | None:
    """Return what only its place in the session tells apart: reviewing and planning."""
    both = f"{question} {answer}"
    late = place >= _LATE
    if late and lexicon.says("when", both) and lexicon.says("meeting", both):
        return Topic.APPOINTMENT
    if lexicon.says("rating", question) and not lexicon.says("not_mood", question):
        return Topic.MOOD
    if late and lexicon.says("plan_question", question):
        return Topic.PLAN
    if lexicon.says("response_question", question):
        return Topic.RESPONSE
    if not late and lexicon.says("homework", f"{lead} {both}"):
        return Topic.HOMEWORK
    return Topic.INTERVENTION if lexicon.technique(question) else None


def _topic_by_words(question: str, answer: str) -> Topic | None:
    for words in (question, answer):
        if lexicon.says("mood_question", words) and words is question:
            return Topic.MOOD
        found = next((topic for topic in _LISTED if lexicon.says_topic(topic, words)), None)
        if found is not None:
            return found
    return next((t for t in (Topic.RESPONSE, Topic.PROGRESS) if lexicon.says_topic(t, answer)), None)


def _goes_on(statement: Statement, context: _Context) -> bool:
    return (
        bool(statement.questions)
        and context.topic in _GO_ON
        and statement.turn - context.turn <= 2  # noqa: PLR2004 - the turn before the question
        and len(statement.question.split()) <= _WITHOUT_WORDS
        and lexicon.says("goes_on", statement.question)
    )


def _is_needed(topic: Topic, text: str, *, by_clinician: bool = False) -> bool:
    """Say whether the note must have it: risk, substances, what was undertaken, and when to meet."""
    if topic is Topic.SUBSTANCE:
        return lexicon.raises(topic, text)
    if not by_clinician or topic is Topic.RISK:
        return topic in {Topic.RISK, Topic.APPOINTMENT}
    undertaken = lexicon.INTENTION.search(text)
    return topic is Topic.PLAN and bool(
        lexicon.DIRECTIVE.search(text) or (undertaken and lexicon.says("undertaking", undertaken["verb"]))
    )


def _reply(entry: Entry, index: int, statements: Sequence[Statement], turns: Sequence[Turn]) -> int | None:
    """Return which statement answers what the clinician planned or put together, where one does."""
    statement = entry.statement
    if not statement.voice.is_clinician or entry.topic not in {Topic.PLAN, Topic.APPOINTMENT, Topic.FORMULATION}:
        return None
    following = index + 1
    last = [unit for unit in turns[statement.turn].units if not unit.asks][-1] is statement.units[-1]
    if not last or following >= len(statements):
        return None
    after = statements[following]
    asked_first = any(unit.asks for unit in turns[after.turn].units[: turns[after.turn].units.index(after.units[0])])
    fits = (
        not asked_first and after.turn == statement.turn + 1 and sum(unit.words for unit in after.units) <= _SHORT_REPLY
    )
    opens = not after.questions or lexicon.says("invites", after.question)
    return following if fits and opens else None


def _after(context: _Context, statement: Statement, entries: Sequence[Entry]) -> _Context:
    if not entries:
        return context
    topic = entries[-1].topic
    risk_turn = statement.turn if topic is Topic.RISK else context.risk_turn
    return _Context(topic, statement.turn, risk_turn)
