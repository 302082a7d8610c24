"""The part of a report about the record: consent, how it was made, what was deleted and is due, the audit check."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.adapters.report import wording
from pipeline.adapters.report.facts import DeletionProof, SessionReport, StreamCheck
from pipeline.adapters.report.moments import day, length, moment, until
from pipeline.domain.consent import Consent, ConsentDecision, Participant
from pipeline.domain.retention import RetentionClock
from pipeline.domain.session import StageStatus
from pipeline.domain.transcript import Engine, Segment, Transcript
from pipeline.ports import KindDeletion, StageRunRow


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """What one person decided about a set of purposes, on the same terms."""

    who: str
    decision: str
    good: bool
    purposes: tuple[str, ...]
    terms: str


@dataclass(frozen=True, slots=True)
class DeletionLine:
    """One kind of artifact that was deleted, and the proof."""

    what: str
    when: str
    keys: int
    versions: int
    left: int
    certificate: str
    signature: str

    @property
    def complete(self) -> bool:
        """Say whether a second listing found nothing."""
        return self.left == 0


@dataclass(frozen=True, slots=True)
class DueLine:
    """One kind of artifact that is still there, and until when."""

    what: str
    when: str
    far: str
    basis: str


@dataclass(frozen=True, slots=True)
class AuditLine:
    """What the check of one audit stream found."""

    stream: str
    entries: int
    clean: bool
    verdict: str


@dataclass(frozen=True, slots=True)
class StageLine:
    """What became of one stage."""

    stage: str
    status: str
    good: bool
    when: str
    took: str
    reason: str


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """Whom a voice was taken for, and how surely."""

    speaker: str
    role: str
    share: str
    confidence: str


@dataclass(frozen=True, slots=True)
class EngineLine:
    """A program that made a part of this, with its version."""

    did: str
    engine: str
    settings: tuple[tuple[str, str], ...]


def consent_lines(report: SessionReport) -> tuple[ConsentLine, ...]:
    """Return the last decision of each person for each purpose, those on the same terms together."""
    return tuple(line for who, person in _named(report.participants) for line in _person_lines(who, person, report))


def deletion_lines(report: SessionReport) -> tuple[DeletionLine, ...]:
    """Return a line for each kind of artifact in each certificate, oldest first."""
    proofs = sorted(report.deletions, key=lambda proof: proof.deleted_at)
    return tuple(_deletion_line(report, proof, kind) for proof in proofs for kind in proof.deletions)


def due_lines(report: SessionReport) -> tuple[DueLine, ...]:
    """Return the clocks of what is not yet deleted, the soonest first and those that still wait last."""
    gone = {kind.kind for proof in report.deletions for kind in proof.deletions if kind.versions_found_after == 0}
    running = [clock for clock in report.clocks if clock.kind not in gone]
    return tuple(
        _due_line(report, clock)
        for clock in sorted(running, key=lambda clock: (clock.due_at is None, clock.due_at or report.made_at))
    )


def audit_lines(streams: Iterable[StreamCheck]) -> tuple[AuditLine, ...]:
    """Return what the check found, stream by stream."""
    return tuple(_audit_line(stream) for stream in streams)


def stage_lines(report: SessionReport) -> tuple[StageLine, ...]:
    """Return what became of each stage run, in the order in which they were opened."""
    runs = sorted(report.runs, key=lambda run: run.created_at)
    return tuple(_stage_line(report, run) for run in runs)


def voice_lines(transcript: Transcript | None) -> tuple[VoiceLine, ...]:
    """Return whom each voice was taken for."""
    if transcript is None:
        return ()
    total = sum(segment.end - segment.start for segment in transcript.segments) or 1.0
    voices = (*transcript.speakers, *((None,) if any(s.speaker is None for s in transcript.segments) else ()))
    return tuple(
        _voice_line(speaker, [s for s in transcript.segments if s.speaker == speaker], total) for speaker in voices
    )


def engine_lines(report: SessionReport) -> tuple[EngineLine, ...]:
    """Return which programs and weights made the parts of the report."""
    transcript, note, verification = report.transcript, report.note, report.verification
    made: tuple[tuple[str, Engine | None], ...] = (
        ("Words", transcript.engine if transcript else None),
        ("Voices", transcript.diarizer if transcript else None),
        ("Draft", note.engine if note else None),
        ("Verdicts", verification.engine if verification else None),
    )
    return tuple(_engine_line(did, engine) for did, engine in made if engine is not None)


def flag_lines(report: SessionReport) -> tuple[str, ...]:
    """Return what holds for the whole session and a clinician should know."""
    codes = (
        *(report.transcript.flags if report.transcript else ()),
        *(report.verification.flags if report.verification else ()),
    )
    return tuple(wording.flag(code) for code in dict.fromkeys(codes))


def _named(participants: Iterable[Participant]) -> Iterator[tuple[str, Participant]]:
    people = tuple(participants)
    roles = [person.role for person in people]
    for number, person in enumerate(people):
        word = wording.PARTICIPANTS[person.role]
        yield (f"{word} {roles[: number + 1].count(person.role)}" if roles.count(person.role) > 1 else word), person


def _person_lines(who: str, person: Participant, report: SessionReport) -> Iterator[ConsentLine]:
    same: dict[tuple[str, bool, str], list[str]] = {}
    for consent in _latest(report, person):
        decision, good = _decision(consent, report.made_at)
        terms = (decision, good, _terms(consent, report))
        same.setdefault(terms, []).append(wording.PURPOSES[consent.purpose])
    if not same:
        yield ConsentLine(who, "No consent on file", good=False, purposes=(), terms="")
    for (decision, good, terms_text), purposes in same.items():
        yield ConsentLine(who, decision, good, tuple(purposes), terms_text)


def _latest(report: SessionReport, person: Participant) -> tuple[Consent, ...]:
    latest: dict[str, Consent] = {}
    for consent in sorted(report.consents, key=lambda consent: consent.rev):
        if consent.person == person.person and consent.session_id in {None, report.session.session_id}:
            latest[consent.purpose] = consent
    return tuple(latest.values())


def _decision(consent: Consent, now: datetime) -> tuple[str, bool]:
    if consent.decision is not ConsentDecision.PERMIT:
        return wording.DECISIONS[consent.decision], False
    if now < consent.valid_from:
        return "Begins later", False
    if consent.valid_to is not None and now >= consent.valid_to:
        return "Expired", False
    return wording.DECISIONS[consent.decision], True


def _terms(consent: Consent, report: SessionReport) -> str:
    parts = (
        f"{consent.method}, {day(consent.valid_from, report.zone)}",
        f"until {day(consent.valid_to, report.zone)}" if consent.valid_to else "",
        f"form {consent.form_version}" if consent.form_version else "",
        consent.jurisdiction,
        "this session only" if consent.session_id else "",
    )
    return " \u00b7 ".join(part for part in parts if part)


def _deletion_line(report: SessionReport, proof: DeletionProof, kind: KindDeletion) -> DeletionLine:
    holds = {True: "signature holds", False: "SIGNATURE DOES NOT HOLD", None: "signature not checked here"}
    return DeletionLine(
        what=wording.KINDS[kind.kind],
        when=moment(proof.deleted_at, report.zone),
        keys=kind.keys_destroyed,
        versions=kind.versions_deleted,
        left=kind.versions_found_after,
        certificate=proof.certificate_id,
        signature=f"{holds[proof.signature_holds]}, key {proof.signing_key_id}",
    )


def _due_line(report: SessionReport, clock: RetentionClock) -> DueLine:
    what = wording.KINDS[clock.kind]
    if report.held:
        return DueLine(what, "Kept", "a legal hold stands", clock.basis)
    if clock.due_at is None:
        return DueLine(what, "No date yet", "runs once the note is signed", clock.basis)
    return DueLine(what, moment(clock.due_at, report.zone), until(clock.due_at, report.made_at), clock.basis)


def _audit_line(stream: StreamCheck) -> AuditLine:
    clean = stream.first_bad_seq is None
    verdict = "clean" if clean else f"BROKEN at entry {stream.first_bad_seq}"
    return AuditLine(stream.stream, stream.entries, clean, verdict)


def _stage_line(report: SessionReport, run: StageRunRow) -> StageLine:
    took = (run.finished_at - run.started_at).total_seconds() if run.started_at and run.finished_at else None
    return StageLine(
        stage=wording.STAGES[run.stage],
        status=wording.STATUSES[run.status],
        good=run.status in {StageStatus.SUCCEEDED, StageStatus.READY, StageStatus.RUNNING},
        when=moment(run.finished_at, report.zone) if run.finished_at else "",
        took=length(took) if took is not None else "",
        reason=wording.reason(run.reason_code) if run.reason_code else "",
    )


def _voice_line(speaker: str | None, segments: list[Segment], total: float) -> VoiceLine:
    sure = [s.role_confidence for s in segments if s.role_confidence is not None]
    return VoiceLine(
        speaker=speaker or "no voice told apart",
        role=" / ".join(dict.fromkeys(wording.role_of(s) for s in segments)),
        share=f"{sum(s.end - s.start for s in segments) / total:.0%}",
        confidence=_sureness(sum(sure) / len(sure)) if sure else "not stated",
    )


def _sureness(probability: float) -> str:
    """Return a probability without rounding it to certainty."""
    return "over 99%" if probability > 0.99 else f"{probability:.0%}"  # noqa: PLR2004 - the last whole percent


def _engine_line(did: str, engine: Engine) -> EngineLine:
    name = f"{engine.name} {engine.version}".strip()
    return EngineLine(did, f"{name} ({engine.model})" if engine.model else name, engine.options)
