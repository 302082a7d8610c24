"""Logs as JSON lines on stderr; only allow-listed keys pass, so content cannot slip in."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

#: Every key a log line may carry; each holds an id, a count, a code, a time, a class name or a line of ours.
ALLOWED_KEYS = frozenset(
    {
        "actor", "arrival_id", "attempt", "count", "error", "event", "generation", "leases_expired", "level",
        "logger", "outcome", "path", "port", "purges_opened", "quarantined", "reason_code", "round", "run_id",
        "seconds", "session_id", "stage", "state", "status", "timestamp", "where", "worker_id",
    }
)  # fmt: skip


def configure_logging(level: str) -> None:
    """Send every log line, ours and other libraries', through one formatter and one list of keys."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        only_allowed_keys,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, name_only],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("dramatiq", "botocore", "boto3", "urllib3", "alembic", "httpx", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def only_allowed_keys(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not on the list; a traceback is never on it."""
    return {key: value for key, value in event.items() if key in ALLOWED_KEYS or key.startswith("_")}


def name_only(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Reduce another library's line to its logger and level: its message may quote anything."""
    event["event"] = "library_message"
    return event
