"""Sounds without a word in them, made here: what recordings of sessions hold beside speech."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, lfilter, sosfilt  # type: ignore[import-untyped]  # scipy ships no types

RATE = 16_000
_LEVEL_DBFS = -23.0
_SEED = 7

Sound = NDArray[np.float64]
Maker = Callable[[Sound, np.random.Generator], Sound]


def speechless(seconds: float) -> dict[str, NDArray[np.float32]]:
    """Return each sound by its name, all but silence equally loud, the same at every call."""
    times = np.arange(round(seconds * RATE)) / RATE
    return {name: _levelled(make(times, np.random.default_rng(_SEED))) for name, make in _MAKERS.items()}


def _levelled(sound: Sound) -> NDArray[np.float32]:
    power = float(np.mean(np.square(sound)))
    gain = 10 ** (_LEVEL_DBFS / 20) / np.sqrt(power) if power > 0 else 0.0
    return np.clip(sound * gain, -1.0, 1.0).astype(np.float32)


def _coloured(times: Sound, chance: np.random.Generator, slope: float) -> Sound:
    spectrum = np.fft.rfft(chance.standard_normal(len(times)))
    frequencies = np.maximum(np.fft.rfftfreq(len(times), 1 / RATE), 20.0)
    sound: Sound = np.fft.irfft(spectrum / frequencies**slope, len(times))
    return sound / sound.std()


def _tones(times: Sound, *frequencies: float) -> Sound:
    total: Sound = np.sum([np.sin(2 * np.pi * frequency * times) for frequency in frequencies], axis=0)
    return total


def _gated(sound: Sound, times: Sound, on: float, off: float) -> Sound:
    gated: Sound = sound * (times % (on + off) < on)
    return gated


def _note(frequency: float, seconds: float, harmonics: int, decay: float) -> Sound:
    times = np.arange(round(seconds * RATE)) / RATE
    vibrato = 2 * np.pi * frequency * times + frequency / 300 * np.sin(2 * np.pi * 5.5 * times)
    note: Sound = np.sum([np.sin(number * vibrato) / number for number in range(1, harmonics + 1)], axis=0)
    return note * np.minimum(1.0, times / 0.02) * np.exp(-decay * times)


def _melody(times: Sound, chance: np.random.Generator, lowest: float, harmonics: int, decay: float) -> Sound:
    sound = np.zeros(len(times) + 2 * RATE)
    at = 0.0
    while at < times[-1]:
        seconds = float(chance.choice([0.2, 0.4, 0.4, 0.8]))
        frequency = lowest * 2 ** (float(chance.choice([0, 2, 4, 5, 7, 9, 11, 12])) / 12)
        _add(sound, at, _note(frequency, seconds + 0.2, harmonics, decay))
        at += seconds
    return sound[: len(times)]


def _chords(times: Sound, decay: float) -> Sound:
    sound = np.zeros(len(times) + 4 * RATE)
    for number, at in enumerate(np.arange(0.0, times[-1], 2.0)):
        for step in (0, 4, 7, 12):
            _add(sound, at, _note(130.8 * 2 ** (((0, 7, 9, 5)[number % 4] + step) / 12), 2.5, 5, decay))
    return sound[: len(times)]


def _drums(times: Sound, chance: np.random.Generator) -> Sound:
    sound = np.zeros(len(times) + RATE)
    fading = np.exp(-np.arange(RATE // 10) / 300)
    for number, at in enumerate(np.arange(0.0, times[-1], 0.25)):
        _add(sound, at, chance.standard_normal(len(fading)) * fading * (0.3, 0.3, 2.0, 0.3)[number % 4])
        if number % 4 == 0:
            _add(sound, at, _note(60.0, 0.3, 1, 10.0) * 2)
    return sound[: len(times)]


def _add(sound: Sound, at: float, part: Sound) -> None:
    first = round(at * RATE)
    sound[first : first + len(part)] += part


def _vowels(times: Sound, chance: np.random.Generator) -> Sound:
    """Return a voice that sings "ah", without a word."""
    source = _melody(times, chance, 130.8, 20, 0.3)
    sound = np.zeros(len(times))
    for centre, width in ((600, 80), (1000, 100), (2500, 150)):
        pole = np.exp(-np.pi * width / RATE)
        sound += lfilter([1 - pole], [1, -2 * pole * np.cos(2 * np.pi * centre / RATE), pole**2], source)
    return sound


def _dialling(times: Sound, chance: np.random.Generator) -> Sound:
    sound = np.zeros(len(times) + RATE)
    for at in np.arange(0.0, times[-1], 0.25):
        pair = (chance.choice([697, 770, 852, 941]), chance.choice([1209, 1336, 1477, 1633]))
        _add(sound, at, _tones(np.arange(round(0.12 * RATE)) / RATE, *pair))
    return sound[: len(times)]


def _engine(times: Sound, chance: np.random.Generator) -> Sound:
    phase = 2 * np.pi * np.cumsum(40 + 8 * np.sin(2 * np.pi * 0.1 * times)) / RATE
    hum: Sound = np.sum([np.sin(number * phase) / number for number in range(1, 15)], axis=0)
    return hum * (1 + 0.3 * np.sin(phase / 2)) + 0.5 * _coloured(times, chance, 0.5)


def _murmur(times: Sound, chance: np.random.Generator) -> Sound:
    """Return noise that swells as often as speech does."""
    swell = np.abs(sosfilt(butter(2, 4, fs=RATE, output="sos"), chance.standard_normal(len(times))))
    return _coloured(times, chance, 0.5) * swell


def _telephone(sound: Sound) -> Sound:
    band: Sound = sosfilt(butter(4, [300, 3400], "band", fs=RATE, output="sos"), sound)
    return band


def _band(times: Sound, chance: np.random.Generator) -> Sound:
    return _melody(times, chance, 261.6, 5, 1.0) + 0.6 * _chords(times, 0.5) + _drums(times, chance)


_MAKERS: dict[str, Maker] = {
    "silence": lambda times, _: np.zeros(len(times)),
    "white noise": lambda times, chance: _coloured(times, chance, 0.0),
    "pink noise": lambda times, chance: _coloured(times, chance, 0.5),
    "brown noise": lambda times, chance: _coloured(times, chance, 1.0),
    "mains hum": lambda times, chance: _tones(times, 50, 100, 150, 250) + 0.1 * _coloured(times, chance, 0.5),
    "engine": _engine,
    "murmur": _murmur,
    "ringing": lambda times, _: _gated(_tones(times, 440, 480), times, 2.0, 4.0),
    "hold tone": lambda times, _: _gated(_tones(times, 425), times, 0.3, 9.7),
    "busy tone": lambda times, _: _gated(_tones(times, 480, 620), times, 0.5, 0.5),
    "dialling": _dialling,
    "siren": lambda times, _: np.sin(2 * np.pi * np.cumsum(800 + 300 * np.sin(np.pi * times)) / RATE),
    "melody, plucked": lambda times, chance: _melody(times, chance, 261.6, 5, 2.0),
    "melody, bowed": lambda times, chance: _melody(times, chance, 523.2, 12, 0.1),
    "melody, low": lambda times, chance: _melody(times, chance, 65.4, 3, 1.0),
    "chords": lambda times, _: _chords(times, 0.5),
    "drums": _drums,
    "band": lambda times, chance: (
        _melody(times, chance, 261.6, 5, 1.0) + 0.6 * _chords(times, 0.5) + _drums(times, chance)
    ),
    "hold music": lambda times, chance: _telephone(_melody(times, chance, 261.6, 5, 1.0) + 0.5 * _chords(times, 0.5)),
    "sung vowels": _vowels,
}
