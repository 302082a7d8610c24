"""A database as it is after years: sessions, runs, artifacts, audit entries and mentions, made by SQL in bulk."""

import psycopg

_STATEMENTS = (
    "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
    """INSERT INTO persons (person_ref, consent_rev) SELECT 'person-' || i, 1 FROM generate_series(1, 2000) i
       ON CONFLICT DO NOTHING""",
    """INSERT INTO sessions (session_id, kind, note_format, jurisdiction, submitted_at, priority, audio_ms,
         expected_ms, clinician_ref, input_sha256, accepted_at)
       SELECT 'ses-' || md5(i::text), 'recorded', 'DAP', 'US', now() - (i * interval '8 minutes'), 100,
         3000000, 3000000,
         'clinician-' || i % 400, md5(i::text) || md5(i::text), now() - (i * interval '8 minutes')
       FROM generate_series(1, %(sessions)s) i""",
    """INSERT INTO participants (session_id, person_ref, role)
       SELECT 'ses-' || md5(i::text), 'person-' || 1 + i % 2000, 'client' FROM generate_series(1, %(sessions)s) i""",
    """INSERT INTO stage_runs (run_id, session_id, stage, generation, status, attempt, failures, crash_count, priority,
         turn, clinician_ref, audio_ms, worker_id, reason_code, created_at, rung_at, ready_at, started_at, finished_at)
       SELECT 'run-' || md5(i::text || s.stage), 'ses-' || md5(i::text), s.stage, 1,
         CASE WHEN i <= 3200 AND s.n = 1 THEN 'ready'
              WHEN i % 20 = 0 AND s.n = 1 THEN 'failed'
              WHEN i % 200 = 1 AND s.n = 1 THEN 'quarantined'
              WHEN i % 50 = 2 AND s.n = 1 THEN 'refused' ELSE 'succeeded' END,
         1, 0, 0, 100, i / 400, 'clinician-' || i % 400, 3000000, 'worker-' || i % 8,
         CASE WHEN i % 20 = 0 THEN 'recording_undecodable' WHEN i % 200 = 1 THEN 'stage_crashed'
              WHEN i % 50 = 2 THEN 'consent_withdrawn' END,
         at.t, now(), at.t, CASE WHEN i > 3200 THEN at.t + interval '5 minutes' END,
         CASE WHEN i > 3200 THEN at.t + interval '9 minutes' END
       FROM generate_series(1, %(sessions)s) i,
         LATERAL (VALUES ('transcribe', 1), ('draft', 2), ('verify', 3), ('purge', 4)) s(stage, n),
         LATERAL (SELECT now() - ((i - 3000) * interval '8 seconds') - interval '20 minutes' AS t) at
       WHERE s.n = 1 OR (i > 3200 AND i % 20 <> 0 AND i % 200 <> 1 AND i % 50 <> 2)""",
    """INSERT INTO workers (worker_id, stage, state, started_at, beat_at, memory_bytes, version, engine)
       SELECT 'worker-' || i, (ARRAY['transcribe', 'draft', 'verify', 'purge'])[1 + i % 4], 'idle', now(), now(),
         2000000000, '0.1.0', 'whisperx 3.8.6 large-v3' FROM generate_series(0, 7) i""",
    """INSERT INTO data_keys (key_id, session_id, kind, wrapped, wrapping_key_id, created_at)
       SELECT 'key-' || md5(i::text || k), 'ses-' || md5(i::text), k, '\\x00', 'w', now()
       FROM generate_series(1, %(sessions)s) i, unnest(ARRAY['recording', 'transcript']) k""",
    """INSERT INTO artifacts (object_key, session_id, kind, attempt, key_id, ciphertext_sha256,
         ciphertext_bytes, created_at)
       SELECT 'sessions/' || md5(i::text) || '/' || k, 'ses-' || md5(i::text), k, 1, 'key-' || md5(i::text || k),
         md5(i::text) || md5(i::text), 1000, now()
       FROM generate_series(1, %(sessions)s) i, unnest(ARRAY['recording', 'transcript']) k""",
    """INSERT INTO retention_clocks (session_id, kind, due_at, basis, forced)
       SELECT 'ses-' || md5(i::text), k, now() + ((i %% 90) + 1) * interval '1 day', 'bench', false
       FROM generate_series(1, %(sessions)s) i, unnest(ARRAY['recording', 'transcript']) k""",
    """INSERT INTO audit_entries (stream, seq, body, digest)
       SELECT s.stream, i, '{"at":"2026-11-26T02:00:00.000000Z","event":"stage_opened","facts":{"attempt":0,'
         || '"generation":1,"run_id":"run-' || md5((1 + i / 2)::text || s.stream) || '","session_id":"ses-'
         || md5((1 + i / 2)::text) || '","stage":"' || s.stream || '"},"seq":' || i || ',"stream":"' || s.stream
         || '","v":1}', '\\x00'
       FROM generate_series(1, %(entries)s / 4) i,
         unnest(ARRAY['transcribe', 'draft', 'verify', 'purge']) s(stream)""",
    """INSERT INTO audit_heads (stream, seq, digest)
       SELECT stream, %(entries)s / 4, '\\x00'
       FROM unnest(ARRAY['transcribe', 'draft', 'verify', 'purge']) s(stream)""",
    """INSERT INTO audit_mentions (session_id, stream, seq)
       SELECT 'ses-' || md5((1 + i / 2)::text), s.stream, i
       FROM generate_series(1, %(entries)s / 4) i, unnest(ARRAY['transcribe', 'draft', 'verify', 'purge']) s(stream)""",
    "ALTER TABLE audit_entries ENABLE TRIGGER ALL",
)


def seed(url: str, sessions: int, entries: int) -> str:
    """Fill the database and return the id of a session in its midst."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in _STATEMENTS:
            named = statement.replace("i % ", "i %% ") if "%(" in statement else statement
            connection.execute(named.encode(), {"sessions": sessions, "entries": entries} if "%(" in named else None)
        connection.execute(b"VACUUM ANALYZE")
        found = connection.execute("SELECT 'ses-' || md5((%s / 2)::text)", (sessions,)).fetchone()
    return str(found[0]) if found else ""
