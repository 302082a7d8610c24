"""The four stages of a session, in order: transcribe, draft, verify, purge; pure over ports."""
