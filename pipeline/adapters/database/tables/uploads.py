"""Uploads in parts: tickets and what has come on each; bytes lie encrypted in the object store alone."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from pipeline.adapters.database.columns import Member, Moment
from pipeline.adapters.database.tables.naming import ID, metadata, session_column
from pipeline.ports.uploads import UploadState

uploads = Table(
    "uploads",
    metadata,
    Column("upload_id", ID, primary_key=True),
    session_column(),
    Column("consent_rev", BigInteger, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    # Of the whole, as told; gone as soon as the upload is over, or it would let recordings be guessed.
    Column("sha256", String(64)),
    Column("received_bytes", BigInteger, nullable=False),
    # Counts tries of parts: none writes where another did.
    Column("tries", Integer, nullable=False),
    Column("state", Member(UploadState), nullable=False),
    Column("reason_code", Text),
    # The key of the parts; emptied once they are deleted.
    Column("key_id", Text),
    Column("wrapped", LargeBinary),
    Column("wrapping_key_id", Text),
    Column("opened_by", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("completing_since", Moment),
    Index(None, "session_id"),
    Index(None, "state", "ends_at"),
)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("upload_id", ID, ForeignKey("uploads.upload_id"), primary_key=True),
    Column("part_offset", BigInteger, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("object_key", Text, nullable=False),
    Column("ciphertext_sha256", String(64), nullable=False),
    Column("ciphertext_bytes", BigInteger, nullable=False),
)
