"""How much a recording may ask of the decoder, and what counts as a session at all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DecodingLimits:
    """Limits in bytes and seconds; a recording beyond one is refused with that limit's reason."""

    #: The recording is held in memory while it is decoded.
    max_bytes: int = 2 * 1024**3
    min_seconds: float = 10.0
    max_seconds: float = 4 * 3600.0
    #: More channels than any recorder of conversations has.
    max_channels: int = 16
    #: Of processor time, for each program that touches the recording.
    cpu_seconds: int = 600
    #: Of the clock, for each program; a decoder that waits for ever uses no processor time.
    wall_seconds: float = 900.0
    #: Of address space, for each program.
    memory_bytes: int = 2 * 1024**3
