"""What a deployment holds at rest, read past every port: rows, audit entries, objects."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.database import tables as schema
from pipeline.audit.events import Stream
from pipeline.domain.artifact import ObjectKey
from pipeline.ports import ObjectStore

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it lies in the store."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Happening:
    """An audit entry."""

    name: str
    at: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows, audit entries and objects of one moment."""

    sessions: tuple[Row, ...]
    runs: tuple[Row, ...]
    artifacts: tuple[Row, ...]
    keys: tuple[Row, ...]
    clocks: tuple[Row, ...]
    holds: tuple[Row, ...]
    certificates: tuple[Row, ...]
    log: tuple[Happening, ...]
    objects: Mapping[ObjectKey, StoredObject]

    def runs_of(self, session_id: str, stage: str) -> list[Row]:
        """Return a session's runs of a stage, generation after generation."""
        found = [run for run in self.runs if (run["session_id"], run["stage"]) == (session_id, stage)]
        return sorted(found, key=lambda run: int(run["generation"]))

    def happened(self, name: str, **facts: object) -> list[Happening]:
        """Return the audit entries of a name with these facts."""
        return [h for h in self.log if h.name == name and all(h.facts.get(k) == v for k, v in facts.items())]


def gather(ledger: SqlLedger, objects: ObjectStore) -> Evidence:
    """Read everything."""
    return Evidence(
        sessions=_rows(ledger, schema.sessions),
        runs=_rows(ledger, schema.stage_runs),
        artifacts=_rows(ledger, schema.artifacts),
        keys=_rows(ledger, schema.data_keys),
        clocks=_rows(ledger, schema.retention_clocks),
        holds=_rows(ledger, schema.holds),
        certificates=_rows(ledger, schema.certificates),
        log=_log(ledger),
        objects={v.key: _stored(objects, v.key) for v in objects.versions("sessions/")},
    )


def _rows(ledger: SqlLedger, table: Table) -> tuple[Row, ...]:
    with ledger.database.engine.connect() as connection:
        return tuple(row._asdict() for row in connection.execute(select(table)))


def _log(ledger: SqlLedger) -> tuple[Happening, ...]:
    with ledger.audit_snapshot() as snapshot:
        bodies = [json.loads(entry.body) for stream in Stream for entry in snapshot.entries(stream)]
    return tuple(Happening(body["event"], body["at"], body["facts"]) for body in bodies)


def _stored(objects: ObjectStore, key: ObjectKey) -> StoredObject:
    with objects.open(key) as body:
        content = body.read()
    return StoredObject(len(content), hashlib.sha256(content).hexdigest())
