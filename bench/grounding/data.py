"""Public dialogue sets as transcripts and labelled claims; nothing of them is kept."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.adapters.grounding.sentences import sentences_of
from pipeline.domain.evidence import Claim
from pipeline.domain.transcript import Engine, Role, Segment, Transcript

_ENGINE = Engine("human", "1")
_TURN = re.compile(r"^\s*\[?([A-Za-z_0-9' .-]{1,40}?)\]?\s*[:\]]\s*(.*)$")
_TAG = re.compile(r"</?(?:UNSURE|UNIN|INAUDIBLE_SPEECH)/?>")
_ROLES = {
    "doctor": Role.CLINICIAN,
    "clinician": Role.CLINICIAN,
    "therapist": Role.CLINICIAN,
    "guest": Role.OTHER,
    "other": Role.OTHER,
    "patient": Role.CLIENT,
    "client": Role.CLIENT,
}
_HEADINGS = frozenset(
    "Data Subjective Objective Assessment Plan Behavior Intervention Response Goal Problem Situation".split()  # noqa: SIM905 - shorter to read
)
_FACEVAL = ("SubObjE", "ProE", "NegE", "ParE", "HalE", "OtherE")
csv.field_size_limit(10_000_000)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A claim and whether people found it right."""

    claim: Claim
    right: bool
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation with the claims made of it; splits never cut through a group."""

    group: str
    transcript: Transcript
    claims: tuple[Labelled, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer about a meeting, and the turns it rests on, first to last."""

    answer: str
    turns: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of some thousand words."""

    name: str
    transcript: Transcript
    answers: tuple[Answered, ...]


def transcript_of(turns: list[tuple[str, str]]) -> Transcript:
    """Return turns of (speaker, text) as a transcript with made-up times of speech at 150 words a minute."""
    segments, clock = [], 0.0
    for number, (speaker, text) in enumerate(turns):
        end = clock + 0.4 * max(1, len(text.split()))
        role = next((role for word, role in _ROLES.items() if word in speaker.lower()), None)
        segments.append(Segment(f"u{number}", clock, end, text, speaker, role))
        clock = end
    return Transcript(tuple(segments), "en", _ENGINE)


def own_sessions() -> Iterator[Case]:
    """Yield the invented sessions beside this module; every sentence of their notes is right."""
    names = {"T": "therapist", "C": "client", "O": "other"}
    for path in sorted((Path(__file__).parent / "sessions").glob("*.txt")):
        talk, _, note = path.read_text(encoding="utf-8").partition("\n---\n")
        case = _noted(path.stem, [(names[who], text) for who, text in _turns(talk)], note)
        yield replace(case, claims=tuple(item for item in case.claims if item.claim.text not in _HEADINGS))


def aci_bench(root: Path, *names: str) -> Iterator[Case]:
    """Yield encounters with their notes; names as ``train``, ``valid``, ``clef_taskC_test3``."""
    for name in names:
        for row in _rows(root / f"aci_bench/data/challenge_data/{name}.csv"):
            yield _noted(row["encounter_id"], _turns(row["dialogue"]), row["note"])


def aci_recognized(root: Path, *names: str) -> Iterator[Case]:
    """Yield encounters as a recognizer heard them, with the note of the visit; names as ``train_virtscribe_asr``."""
    for name in names:
        for row in _rows(root / f"aci_bench/data/src_experiment_data/{name}.csv"):
            yield _noted(f"asr-{row['id']}", _turns(row["dialogue"]), row["note"])


def mts_dialog(root: Path, *names: str) -> Iterator[Case]:
    """Yield short dialogues with one section's text."""
    for name in names:
        for row in _rows(root / f"mts_dialog/Main-Dataset/MTS-Dialog-{name}.csv"):
            yield _noted(f"mts-{name}-{row['ID']}", _turns(row["dialogue"]), row["section_text"])


def primock57(root: Path) -> Iterator[Case]:
    """Yield consultations with the clinician's note."""
    for path in sorted((root / "primock57/derived/merged").glob("*.json")):
        turns = [(turn["speaker"], _TAG.sub("", turn["text"]).strip(" .")) for turn in json.loads(path.read_text())]
        note = json.loads((root / "primock57/notes" / path.name).read_text())["note"]
        yield _noted(path.stem, [(who, text) for who, text in turns if text], note)


def diasumfact(root: Path) -> Iterator[Case]:
    """Yield dialogues with summary sentences that people marked right or wrong; the claim before is the context."""
    documents = json.loads((root / "diasumfact/annotations.json").read_text())
    for key, document in documents.items():
        claims = [labelled for system in document["annotations"].values() for labelled in _marked(system)]
        turns = [_turn(line) for line in document["utterances"]]
        yield Case(f"{document['dataset_name']}-{key}", transcript_of(turns), _numbered(claims))


def faceval(root: Path) -> Iterator[Case]:
    """Yield chats with whole-summary labels."""
    rows = _rows(root / "faceval/human_result/FacEval_human_result.csv")
    by_dialogue: dict[str, list[Labelled]] = {}
    for row in rows:
        kinds = [name for name in _FACEVAL if row[name].strip() == "yes"]
        wrong = row["w/ Error"].strip() == "yes"
        by_dialogue.setdefault(row["Dialogue"], []).append(
            Labelled(Claim("", row["Summary"]), not wrong, kinds[0] if kinds else "")
        )
    for number, (dialogue, claims) in enumerate(by_dialogue.items()):
        yield Case(f"faceval-{number}", transcript_of(_turns(dialogue)), _numbered(claims))


def summedits(root: Path, domain: str) -> Iterator[Case]:
    """Yield one domain's documents with edited and unedited summaries."""
    by_document: dict[str, list[Labelled]] = {}
    for row in json.loads((root / f"summedits/summedits_{domain}.json").read_text()):
        kinds = row.get("edit_types") or [""]
        by_document.setdefault(row["doc"], []).append(
            Labelled(Claim("", row["summary"]), row["label"] == 1, kinds[0] if kinds else "")
        )
    for number, (document, claims) in enumerate(by_document.items()):
        yield Case(f"{domain}-{number}", transcript_of(_turns(document)), _numbered(claims))


def qmsum(root: Path) -> Iterator[Meeting]:
    """Yield long meetings with the answers to questions about them and the turns that hold each."""
    for path in sorted((root / "qmsum/data/ALL").glob("*/*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        turns = [(turn["speaker"], turn["content"]) for turn in document["meeting_transcripts"]]
        answers = tuple(
            Answered(query["answer"], tuple((int(first), int(last)) for first, last in query["relevant_text_span"]))
            for query in document["specific_query_list"]
        )
        yield Meeting(path.stem, transcript_of(turns), answers)


def mts_scores(root: Path) -> Iterator[tuple[Case, dict[str, float]]]:
    """Yield automatic summaries with the manual factual scores of their row."""
    folder = root / "mts_dialog/Correlation-Study"
    summaries = _rows(folder / "MTS-Dialog-Automatic-Summaries-ValidationSet.csv")
    scores = _rows(folder / "MTS-Dialog-Manual-Scores4CorrelationStudy.csv")
    for row, score in zip(summaries, scores, strict=True):
        case = _noted(f"mtsval-{row['ID']}", _turns(row["Dialogue"]), row["Automatic Summary"])
        yield case, {name: float(value) for name, value in score.items() if name and _is_number(value)}


def _noted(group: str, turns: list[tuple[str, str]], note: str) -> Case:
    claims = [
        Labelled(Claim("", sentence.text, section=sentence.section), right=True)
        for sentence in sentences_of(note)
        if any(char.isalpha() for char in sentence.text)
    ]
    return Case(group, transcript_of(turns), _numbered(claims), note)


def _numbered(claims: list[Labelled]) -> tuple[Labelled, ...]:
    return tuple(
        Labelled(
            Claim(f"c{number}", item.claim.text, item.claim.context, item.claim.kind, item.claim.section),
            item.right,
            item.kind,
        )
        for number, item in enumerate(claims)
    )


def _marked(system: dict[str, object]) -> Iterator[Labelled]:
    context = ""
    for sentence in system["sentence_annotations"]:  # type: ignore[attr-defined] # JSON from outside
        classes = [mark["error_class"] for mark in sentence["annotation"]]
        wrong = [name for name in classes if name != "No Error"]
        yield Labelled(Claim("", sentence["sentence"], context), not wrong, wrong[0] if wrong else "")
        context = sentence["sentence"]


def _turns(dialogue: str) -> list[tuple[str, str]]:
    return [_turn(line) for line in dialogue.replace("\r", "\n").split("\n") if line.strip()]


def _turn(line: str) -> tuple[str, str]:
    found = _TURN.match(line)
    return (found[1].strip(), found[2].strip()) if found else ("", line.strip())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", value.strip()) is not None
