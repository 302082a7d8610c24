"""The settings of the embedded recognizer, each with its reason."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MoonshineOptions:
    """Settings that change the result."""

    #: Seconds a piece should have: context helps up to about the length the network was trained on.
    piece_seconds: float = 20.0
    #: Longest piece; it was trained on up to 30 s.
    longest_seconds: float = 28.0
    #: Seconds of sound kept around speech, so that soft beginnings and ends are not lost;
    #: with less in front the network is more often taken to writing without capitals and marks.
    margin_seconds: float = 0.5
    #: A silence from here on always ends a piece: silence is what invites invented text.
    pause_seconds: float = 2.0
    #: Tokens a second beyond which decoding stops; fast English speech has about six.
    tokens_per_second: float = 8.0
    #: Mean log probability of a token below which a piece is heard again, at three speeds together.
    doubtful_below: float = -0.12
    #: Share of the speech that may be heard again (and always the first minute), so that speed holds.
    heard_again_share: float = 0.2
    #: Pieces decoded at once by each thread.
    batch: int = 4
    threads: int = 2
