"""Entries put into words: reported in the third person where rules make that safe, quoted where not."""

import re
from collections.abc import Sequence

from pipeline.adapters.drafting.extractive import lexicon
from pipeline.adapters.drafting.extractive.entries import Entry
from pipeline.adapters.drafting.extractive.person import in_third_person, to_client, without_fillers
from pipeline.adapters.drafting.extractive.speech import Statement, Unit
from pipeline.adapters.drafting.extractive.voices import Voice
from pipeline.domain.layout import Topic
from pipeline.domain.transcript import Role

#: "For the sleep": what may stand before a request in the third person as it stood in the first.
_CIRCUMSTANCE = re.compile(
    r"(?:for|on|in|at|with|to help with) (?:(?!(?:i|you|your|my|me|we|our|not)\b)[\w']+ ?){1,5}", re.IGNORECASE
)
_FILLED = re.compile(r"(?:(?:um+|uh+|er+|hmm+|mm),? )+", re.IGNORECASE)


def sentence_of(entry: Entry, known_lower: frozenset[str]) -> str:
    """Return the entry as a sentence of a note."""
    statement = entry.statement
    if statement.units[0].asks:
        said = f"{_asker(statement.voice)} {quoted(statement.units)}; no answer was found in the transcript"
    elif statement.voice.is_clinician:
        said = _by_clinician(entry)
    elif statement.questions and (entry.topic is Topic.RISK or entry.technique or _leans(statement)):
        said = _asked(statement)
    elif entry.topic is Topic.RISK:
        said = _said(statement)
    else:
        said = _reported(statement, known_lower)
    if entry.technique:
        said = f"{entry.technique}: {said[0].lower()}{said[1:]}"
    return _ended(said)


def reply_of(entry: Entry) -> str | None:
    """Return what the other voice said to it, as a sentence of its own, or ``None``."""
    reply = entry.reply
    return None if reply is None else _ended(f"{reply.voice.subject} answered: {quoted(reply.units)}")


def quoted(units: Sequence[Unit]) -> str:
    """Return the units in quotation marks, verbatim; what is not together in one segment is quoted apart."""
    runs: list[list[Unit]] = []
    for unit in units:
        together = runs and runs[-1][-1].segment is unit.segment and _adjoining(runs[-1][-1], unit)
        if together:
            runs[-1].append(unit)
        else:
            runs.append([unit])
    return " … ".join(f'"{_verbatim(run)}"' for run in runs)


def _adjoining(before: Unit, after: Unit) -> bool:
    return not before.segment.text[before.end : after.start].strip()


def _verbatim(run: Sequence[Unit]) -> str:
    text = run[0].segment.text[run[0].start : run[-1].end].strip(" ,;-")
    filled = _FILLED.match(text)
    return text[filled.end() :].lstrip(" ,") if filled and filled.end() < len(text) else text


def _leans(statement: Statement) -> bool:
    """Say whether the answer means something only with its question."""
    opening = statement.units[0].text
    return lexicon.leans_on_question(opening) or statement.units[0].words <= 5  # noqa: PLR2004 - "Four or five nights."


def _asked(statement: Statement) -> str:
    asked = f"{_asker(statement.asker)} {quoted(statement.questions)}"
    return f"{asked}, {statement.voice.name} answered: {quoted(statement.units)}"


def _asker(voice: Voice | None) -> str:
    return "Asked" if voice is None or voice.is_clinician else f"{voice.subject} asked"


def _said(statement: Statement) -> str:
    return f"{statement.voice.subject} said: {quoted(statement.units)}"


def _reported(statement: Statement, known_lower: frozenset[str]) -> str:
    indirect = in_third_person(statement.units, known_lower) if _is_only_client(statement.voice) else None
    return f"{statement.voice.subject} reported that {indirect}" if indirect else _said(statement)


def _is_only_client(voice: Voice) -> bool:
    return voice.alone and voice.role is Role.CLIENT


def _by_clinician(entry: Entry) -> str:
    statement = entry.statement
    if statement.questions:
        return _asked(statement)
    if entry.topic is Topic.PLAN:
        return _task(statement) or _intended(statement) or _said(statement)
    return _said(statement)


def _task(statement: Statement) -> str | None:
    """Return "Clinician asked client to …", or ``None`` where the words are no such request."""
    text = without_fillers(statement.text)
    found = lexicon.DIRECTIVE.search(text)
    phrase = to_client(found["verb"]) if found else None
    before = _before(text[: found.start()]) if found else None
    if found is None or phrase is None or before is None:
        return None
    request = f"{statement.voice.name} asked client to {phrase}"
    opening = f"{before}, " if before else "For homework, " if found["homework"] else ""
    return opening + request if opening else request[0].upper() + request[1:]


def _intended(statement: Statement) -> str | None:
    text = without_fillers(statement.text)
    found = lexicon.INTENTION.search(text)
    phrase = found and to_client(
        re.sub(r"\b(?<!if )you\b(?! (?:are|have|can|need|want|feel))", "client", found["verb"])
    )
    if found is None or phrase is None or _before(text[: found.start()]) != "":
        return None
    wish = "would like to" if "like" in text[found.start("subject") : found.start("verb")] else "will"
    return f"{statement.voice.subject} {wish} {phrase}"


def _before(text: str) -> str | None:
    """Return what stands before a request, discourse words left out, or ``None`` where it must not be moved."""
    rest = re.sub(
        r"^(?:(?:so|and|okay|great|good|now|then|well|alright|yes|yeah),? )+",
        "",
        text.strip() + " ",
        flags=re.IGNORECASE,
    ).strip(" ,")
    return rest if not rest or _CIRCUMSTANCE.fullmatch(rest) else None


def _ended(text: str) -> str:
    """Close the sentence, after a quotation as well."""
    text = text[0].upper() + text[1:]
    return text if re.search(r"[.?!…]\"?$", text) else f"{text}."
