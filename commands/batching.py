"""A manifest made into submissions, checked whole, and handed in some hundred at a time."""

import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

from commands.consent import read_consent_form
from commands.documents import names_in
from commands.handing_in import Wishes, make_doorbell, make_intake, make_submission, opener_of
from commands.opening import read_document
from config.wiring import Wiring, writing_process
from pipeline.bulk_intake import BulkIntake, Item, Outcome
from pipeline.domain.consent import ParticipantRole
from pipeline.domain.documents.consent import ConsentForm
from pipeline.domain.documents.manifest import ManifestProblem, ManifestRow, read_manifest
from pipeline.domain.night import Batch
from pipeline.domain.session import SessionId
from pipeline.errors import ManifestInvalidError, PipelineError
from pipeline.intake import Submission
from pipeline.storing import Writers

#: So many recordings take about as long as a process takes to start.
_WORTH_A_PROCESS = 200

#: Tells how many of how many were handed in.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row that can be handed in."""

    line: int
    submission: Submission
    source: Path
    #: The names that may come up, which are content too.
    vocabulary: Path | None = None


@dataclass
class HandedIn:
    """What became of a batch's rows."""

    batch: Batch
    accepted: list[SessionId] = field(default_factory=list)
    #: Line, session and error of each row that was not taken in.
    refused: list[tuple[int, SessionId, PipelineError]] = field(default_factory=list)


def check_manifest(wiring: Wiring, path: Path, batch: Batch) -> tuple[list[Prepared], list[ManifestProblem]]:
    """Return every row as a submission, and everything that is wrong, in order of lines."""
    manifest = read_manifest(read_document(path, ManifestInvalidError), json_lines=path.suffix == ".jsonl")
    prepared: list[Prepared] = []
    problems = list(manifest.problems)
    for row in manifest.rows:
        try:
            prepared.append(prepare(wiring, path.parent, row, batch))
        except PipelineError as error:
            problems.append(ManifestProblem(row.line, _told(error)))
    problems.extend(_doubled(prepared, {row.line for row in manifest.rows if row.session_id is None}))
    return prepared, sorted(problems, key=lambda problem: problem.line)


def manifest_digest(path: Path) -> str:
    """Return what tells one manifest from another: its folder and its content."""
    return hashlib.sha256(str(path.parent.resolve()).encode() + b"\0" + path.read_bytes()).hexdigest()


def prepare(wiring: Wiring, folder: Path, row: ManifestRow, batch: Batch) -> Prepared:
    """Return a row as a submission; raise what is wrong with its files."""
    audio = folder / row.audio
    _check_recording(audio, wiring.settings.recording.max_bytes)
    _require_file(folder / row.consent, "consent")
    form = read_consent_form(folder / row.consent)
    session_id = row.session_id or form.session_id or lasting_session_id(audio)
    vocabulary = None if row.vocabulary is None else _require_file(folder / row.vocabulary, "vocabulary")
    clinician = row.clinician or _clinician(form)
    wishes = Wishes(
        row.note_format,
        row.voices,
        row.priority,
        names=names_in(vocabulary),
        clinician=clinician,
        batch_id=batch.batch_id,
    )
    submission = make_submission(wiring, form, session_id, audio, wishes)
    return Prepared(row.line, submission, audio, vocabulary)


def lasting_session_id(audio: Path) -> SessionId:
    """Return an id that the same file gets again, so that a batch handed in twice is one; it names nothing."""
    facts = audio.stat()
    told = f"{audio.resolve()}\0{facts.st_size}\0{facts.st_mtime_ns}"
    return SessionId(f"ses-{hashlib.sha256(told.encode()).hexdigest()[:32]}")


def hand_in(wiring: Wiring, batch: Batch, prepared: list[Prepared], progress: Progress) -> HandedIn:
    """Open the batch and take every row in; one that is refused is noted and stops no other."""
    kept = wiring.ledger.open_batch(batch)
    found = HandedIn(kept)
    lines = {each.submission.session.session_id: each.line for each in prepared}

    def note(submission: Submission, outcome: Outcome) -> None:
        session_id = submission.session.session_id
        if isinstance(outcome, PipelineError):
            found.refused.append((lines[session_id], session_id, outcome))
            session = submission.session
            wiring.ledger.note_refusal(kept.batch_id, session_id, session.clinician, outcome.reason_code)
        else:
            found.accepted.append(session_id)
        progress(len(found.accepted) + len(found.refused), len(prepared))

    items = [_item(each, kept) for each in prepared]
    with _writers(wiring, len(items)) as writers:
        intake = make_intake(wiring, make_doorbell(wiring))
        BulkIntake(intake, wiring.ledger, writers).accept_all(items, note)
    return found


def _writers(wiring: Wiring, count: int) -> AbstractContextManager[Writers]:
    """Return what stores so many recordings: a process of its own where that is worth its start."""
    if count < _WORTH_A_PROCESS:
        return nullcontext(wiring.storing)
    return writing_process(wiring)


def _item(each: Prepared, batch: Batch) -> Item:
    submission = each.submission
    if submission.session.batch_id != batch.batch_id:
        submission = in_batch(submission, batch)
    return submission, opener_of(submission.session.kind, each.source)


def in_batch(submission: Submission, batch: Batch) -> Submission:
    """Return the submission as one of an earlier batch that the same manifest opened."""
    return replace(submission, session=replace(submission.session, batch_id=batch.batch_id))


def _require_file(path: Path, column: str) -> Path:
    if not path.is_file():
        raise ManifestInvalidError(where=column, problem="no such file")
    return path


def _check_recording(audio: Path, most: int) -> None:
    size = _require_file(audio, "audio").stat().st_size
    if not size:
        raise ManifestInvalidError(where="audio", problem="the file is empty")
    if size > most:
        raise ManifestInvalidError(where="audio", problem="the file is too large", limit_bytes=most)


def _clinician(form: ConsentForm) -> str | None:
    return min((p.person for p in form.participants if p.role is ParticipantRole.CLINICIAN), default=None)


def _told(error: PipelineError) -> str:
    """Return a manifest's own error without the sentence about manifests, and any other whole."""
    if isinstance(error, ManifestInvalidError):
        return f"{error.facts.get('where')}: {error.facts.get('problem')}"
    return str(error)


def _doubled(prepared: list[Prepared], without_id: set[int]) -> list[ManifestProblem]:
    """Return rows without an id of their own whose consent form names a session that another row has."""
    lines: dict[SessionId, list[int]] = {}
    for each in prepared:
        lines.setdefault(each.submission.session.session_id, []).append(each.line)
    return [
        ManifestProblem(line, "its consent form names the session of another line")
        for together in lines.values()
        if len(together) > 1
        for line in together
        if line in without_id
    ]
