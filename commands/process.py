"""Take one recording through every stage, here and now."""

from pathlib import Path
from typing import Annotated

import typer

from commands.consent import read_consent_form
from commands.documents import names_in
from commands.handing_in import (
    ConsentOption,
    DictationOption,
    FormatOption,
    SessionOption,
    SourceArgument,
    SpeakersOption,
    VocabularyOption,
    Wishes,
    choose_session_id,
    make_submission,
)
from commands.journey import failure_of, in_this_process, sentence_of, travel
from commands.opening import open_wiring, write_private
from commands.session_report import audit_lines, gather, read_documents
from commands.summary import print_summary
from config.settings import load_settings
from config.wiring import Wiring
from pipeline.adapters.report import render_html
from pipeline.domain.documents.verification import verdicts_to_jsonl, verification_from_bytes
from pipeline.ports import SessionRow

#: What ``write_documents`` may write.
DOCUMENTS = ("transcript.json", "note.json", "verdicts.jsonl", "verification.json", "audit.jsonl", "report.html")


def run(
    audio: SourceArgument,
    consent: ConsentOption,
    note_format: FormatOption = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Where the documents go.")] = Path(),
    session_id: SessionOption = "",
    num_speakers: SpeakersOption = None,
    dictation: DictationOption = False,  # noqa: FBT002 - an option
    vocabulary: VocabularyOption = None,
) -> None:
    """Take one recording through every stage; writes transcript, note, verdicts, audit and an HTML report."""
    form = read_consent_form(consent)
    make_room_for_documents(output, audio)
    wiring = open_wiring(in_this_process(load_settings()))
    chosen = choose_session_id(session_id, form)
    wishes = Wishes(note_format, num_speakers, dictation=dictation, names=names_in(vocabulary))
    row = travel(wiring, make_submission(wiring, form, chosen, audio, wishes), audio)
    finish(wiring, row, output)


def make_room_for_documents(output: Path, source: Path) -> None:
    """Make the folder before the work; raise a usage error where a document would take the source's place."""
    output.mkdir(parents=True, exist_ok=True)
    if any((output / name).exists() and (output / name).samefile(source) for name in DOCUMENTS):
        raise typer.BadParameter("the documents would take the place of what is handed in: give -o another folder")


def finish(wiring: Wiring, row: SessionRow, output: Path) -> None:
    """Write the documents, show the summary, and exit 1 where a stage ended the journey early."""
    report_path = write_documents(wiring, row, output)
    print_summary(gather(wiring, row.session.session_id), report_path)
    reason_code = failure_of(row)
    if reason_code is not None:
        typer.echo(f"{reason_code}: {sentence_of(reason_code)}", err=True)
        raise typer.Exit(1)


def write_documents(wiring: Wiring, row: SessionRow, output: Path) -> Path:
    """Write a session's documents, readable by their owner only, and return the report's path."""
    documents = read_documents(wiring, row)
    for name, body in (("transcript.json", documents.transcript), ("note.json", documents.note)):
        if body:
            write_private(output / name, body)
    if documents.verdicts:
        write_private(output / "verdicts.jsonl", verdicts_to_jsonl(verification_from_bytes(documents.verdicts)))
        write_private(output / "verification.json", documents.verdicts)
    write_private(output / "audit.jsonl", audit_lines(wiring, row.session.session_id))
    for certificate in wiring.ledger.certificates(row.session.session_id):
        write_private(output / f"{certificate.certificate_id}.json", certificate.body)
        write_private(output / f"{certificate.certificate_id}.sig", certificate.signature)
        write_private(output / "public_key.pem", wiring.signer.public_key_pem)
    write_private(output / "report.html", render_html(gather(wiring, row.session.session_id)))
    return output / "report.html"
