"""The recordings that the engines are scored on, and what is known of each."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "session" / "session.opus"

Turn = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class Clip:
    """A recording and what is known of it."""

    name: str
    audio: Path
    #: Reference words by speaker, in order; empty where nobody wrote them down.
    said: dict[str, str]
    #: Reference turns: speaker, start, end; empty where nobody marked them.
    turns: tuple[Turn, ...] = ()
    #: Reference words in the order in which they were said.
    lines: tuple[str, ...] = ()


def clips(data: Path) -> Iterator[Clip]:
    """Yield the clips that are there."""
    yield sample()
    audio = data / "audio"
    yield _with_references("pyannote phone sample", audio / "pyannote/sample/sample.wav", _bundled_sample())
    for name in ("katiesteve", "katiesteve_mono"):
        yield _with_references(name, audio / f"azure_speech_samples/{name}.wav")
    for part in ("development", "train"):
        yield from _meeting_clips(audio / "pyannote/tests_data", part)
    yield from _read_speech(audio / "pocketsphinx_librivox")
    yield _of_one_line(audio / "faster_whisper", "jfk.flac")


def sample() -> Clip:
    """Return the bundled sample session: 465 s, synthetic."""
    return _with_references("our sample session", SAMPLE)


def _bundled_sample() -> Path:
    spec = find_spec("pyannote.audio")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else ROOT
    return folder / "sample" / "sample.wav"


def _with_references(name: str, audio: Path, fallback: Path | None = None) -> Clip:
    found = audio if audio.exists() or fallback is None else fallback
    stems = (found.with_suffix(""), found.with_name(f"{found.stem}.ref"))
    stm = next((path for stem in stems if (path := Path(f"{stem}.stm")).exists()), None)
    rttm = next((path for stem in stems if (path := Path(f"{stem}.rttm")).exists()), None)
    rows = [] if stm is None else _stm(stm)
    said: defaultdict[str, list[str]] = defaultdict(list)
    for speaker, words in rows:
        said[speaker].append(words)
    return Clip(
        name,
        found,
        {speaker: " ".join(texts) for speaker, texts in said.items()},
        () if rttm is None else _rttm(rttm, None),
        tuple(words for _, words in rows),
    )


def _stm(path: Path) -> list[tuple[str, str]]:
    """Return who said what, in order."""
    rows = (line.split() for line in path.read_text().splitlines() if line.strip() and not line.startswith(";;"))
    return [(row[2], " ".join(word for word in row[5:] if not word.startswith("<"))) for row in rows]


def _rttm(path: Path, clip: str | None) -> tuple[tuple[str, float, float], ...]:
    rows = (line.split() for line in path.read_text().splitlines() if line.startswith("SPEAKER"))
    return tuple((r[7], float(r[3]), float(r[3]) + float(r[4])) for r in rows if clip in {None, r[1]})


def _meeting_clips(folder: Path, part: str) -> Iterator[Clip]:
    rttm = folder / f"debug.{part}.rttm"
    for audio in sorted(folder.glob(f"{part[:3] if part == 'development' else 'trn'}*.wav")):
        yield Clip(f"meeting {audio.stem}", audio, {}, _rttm(rttm, audio.stem))


def _read_speech(folder: Path) -> Iterator[Clip]:
    for text in sorted(folder.glob("sense*.txt")):
        yield Clip(f"read speech {text.stem[-4:]}", text.with_suffix(".wav"), {"reader": text.read_text()})


def _of_one_line(folder: Path, name: str) -> Clip:
    """Return a clip whose words stand in a list of several."""
    expected = folder / "expected_text.txt"
    lines = expected.read_text().splitlines() if expected.exists() else []
    said = next((line.partition(": ")[2] for line in lines if line.startswith(name)), "")
    return Clip(f"read speech {Path(name).stem}", folder / name, {"reader": said} if said else {})


def in_order(clip: Clip) -> Sequence[str]:
    """Return the reference in the order in which it was said, as far as the file has it."""
    return clip.lines or list(clip.said.values())
