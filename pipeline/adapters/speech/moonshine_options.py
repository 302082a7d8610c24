"""The settings of the embedded recognizer, each with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MoonshineOptions:
    """Settings that change the result."""

    #: Seconds a piece should have; the recognizer gains from context up to about this length.
    piece_seconds: float = 16.0
    #: Longest piece; the model was trained on pieces of up to 30 s.
    longest_seconds: float = 24.0
    #: Seconds of sound kept around speech, so that soft beginnings and ends are not lost.
    margin_seconds: float = 0.25
    #: A silence from here on always ends a piece: silence is what invites invented text.
    pause_seconds: float = 2.0
    #: Tokens a second beyond which decoding stops; fast English speech has about six.
    tokens_per_second: float = 8.0
    #: Pieces decoded at once.
    batch: int = 8
    threads: int = 2
