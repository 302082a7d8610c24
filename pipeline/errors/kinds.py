"""The three kinds of failure: permanent, transient, refused."""

from typing import ClassVar


class PipelineError(Exception):
    """Carry a reason code and opaque ids, never a word of a session's content.

    ``facts`` are ids, counts, limits and locations; whoever raises sees to it that none is content.
    """

    reason_code: ClassVar[str] = "internal_error"
    sentence: ClassVar[str] = "Something went wrong inside Nightscribe. Run `nightscribe doctor`, then look in the log."

    def __init__(self, **facts: str | float | None) -> None:
        """Keep the facts that are known; ``None`` means unknown."""
        self.facts = {name: value for name, value in facts.items() if value is not None}
        super().__init__(self.reason_code)

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross from a model's process to its parent."""
        return _rebuild, (type(self), self.facts)

    def __str__(self) -> str:
        """Return the reason code, the sentence and the facts."""
        known = ", ".join(f"{name}={value}" for name, value in sorted(self.facts.items()))
        return f"{self.reason_code}: {self.sentence}" + (f" ({known})" if known else "")


def _rebuild(kind: type[PipelineError], facts: dict[str, str | float]) -> PipelineError:
    return kind(**facts)


class PermanentError(PipelineError):
    """Trying again cannot help."""

    reason_code = "permanent_error"


class TransientError(PipelineError):
    """Trying again later may help."""

    reason_code = "transient_error"


class RefusedError(PermanentError):
    """A rule forbids it; this is an answer, not a fault."""

    reason_code = "refused"
