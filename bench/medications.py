"""How many misheard medication names are marked: sentences spoken by flite's voices, heard by the embedded engine.

    python -m bench.medications             200 sentences, four voices: share marked, share wrongly marked
    python -m bench.medications --fit --sentences 600 --data DIR
                                            prints the weights for pipeline/stages/transcribe/misheard.toml

DIR holds `primock57/` (CC BY 4.0), whose turns without a medication are the ordinary talk to fit against. Needs
`flite` (apt-get install flite). Speech and sentences are synthetic; those for fitting and for measuring differ.
"""

import argparse
import difflib
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from pipeline.adapters.speech.moonshine import MoonshineTranscriber
from pipeline.domain.transcript import Segment, Word
from pipeline.errors import NoSpeechError
from pipeline.ports import SAMPLE_RATE, Samples, Turns, VoiceTurn
from pipeline.stages.transcribe.doubt import mark_doubt
from pipeline.stages.transcribe.misheard import FEATURES, possible_names
from pipeline.stages.transcribe.terms import Terms
from pipeline.stages.transcribe.vocabulary import common_medications, medications, plain

VOICES = ("rms", "slt", "awb", "kal16")
DOSES = ("ten", "twenty", "twenty five", "fifty", "one hundred", "one hundred fifty", "two hundred", "five hundred")
MEASURED = (
    "She raised the {name} to {dose} milligrams.",
    "I have been taking {name} since the spring.",
    "My psychiatrist put me on {name} last week.",
    "Did you remember to take your {name} today?",
    "I think the {name} is helping me a little.",
    "We are going to start {name} at {dose} milligrams.",
    "I stopped taking the {name} because it made me dizzy.",
    "How is the {name} working for you?",
    "I was on {name} before and I gained weight.",
    "Let's keep the {name} where it is for now.",
)
FITTED = (
    "He stopped the {name} because of the side effects.",
    "They started me on {name} at the hospital.",
    "I take {dose} milligrams of {name} every morning.",
    "We talked about going up on the {name}.",
    "Are you still taking the {name} at night?",
    "I missed my {name} twice this week.",
    "The {name} makes me feel tired.",
    "I ran out of {name} on Friday and I felt awful.",
    "She is prescribed {name} {dose} milligrams daily.",
    "I went back on {name} after the baby.",
)
ORDINARY = (
    "I could not sleep again and I was up until four in the morning.",
    "My sister said that she would come over for dinner on Sunday.",
    "How would you rate your mood today on a scale from one to ten?",
    "I started a new job and I take the bus to work every day.",
    "We can put that on the list for the next session.",
    "He raised his voice and then he left the room.",
    "I tried the breathing exercise and it helped for a while.",
    "She said it was surgery on her knee, nothing to worry about.",
    "I keep thinking that everybody is looking at me.",
    "It sounds like you felt alone when that happened.",
    "I dropped the kids at school and then I sat in the car and cried.",
    "What would you like to work on before we meet again?",
)


@dataclass(frozen=True)
class Heard:
    """A sentence, the name in it, and the words that were heard."""

    name: str
    text: str
    words: tuple[Word, ...]

    def place(self) -> tuple[int, int] | None:
        """Return from where to where the name was heard as something else; ``None`` where it was heard right."""
        said, heard = [plain(word) for word in self.text.split()], [plain(word.word) for word in self.words]
        at = said.index(plain(self.name.split()[0]))
        blocks = difflib.SequenceMatcher(None, said, heard, autojunk=False).get_matching_blocks()
        same = {block.a + step: block.b + step for block in blocks for step in range(block.size)}
        if at in same or plain(self.name) in heard:
            return None
        first = max((same[word] for word in same if word < at), default=-1) + 1
        return first, max(first, min((same[word] for word in same if word > at), default=len(heard)))


def sentences(templates: Sequence[str], count: int, seed: int) -> Iterator[tuple[str, str, str]]:
    """Yield (name, text, voice); three names in four are common ones."""
    chance = random.Random(seed)  # noqa: S311 - not for keys
    common, every = sorted(common_medications()), medications()
    for number in range(count):
        name = chance.choice(common if chance.random() < 0.75 else every)
        text = chance.choice(templates).format(name=name, dose=chance.choice(DOSES))
        yield name, text, VOICES[number % len(VOICES)]


def spoken(text: str, voice: str) -> Samples:
    """Return the sentence as flite says it, with a quarter of a second of silence around it."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        command = ["flite", "-voice", voice, "-t", text, "-o", file.name]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # noqa: S603 - sentences of this file
        with wave.open(file.name) as sound:
            rate, body = sound.getframerate(), sound.readframes(sound.getnframes())
    samples = resample_poly(np.frombuffer(body, "<i2") / 32768, SAMPLE_RATE, rate)
    return np.asarray(np.pad(samples, SAMPLE_RATE // 4), dtype=np.float32)


def _throughout(samples: Samples) -> Turns:
    turn = VoiceTurn(0.25, len(samples) / SAMPLE_RATE - 0.25, "A")
    return lambda: (turn,)


def hear(wanted: Sequence[tuple[str, str, str]]) -> Iterator[Heard]:
    """Yield what the embedded engine hears of the sentences."""
    engine = MoonshineTranscriber()
    for name, text, voice in wanted:
        samples = spoken(text, voice)
        try:
            found = engine.transcribe(samples, _throughout(samples))
        except NoSpeechError:
            continue
        yield Heard(name, text, tuple(word for segment in found.segments for word in segment.words))


def measure(count: int) -> None:
    """Print the share of misheard names that are marked, and what is marked beside them."""
    heard = list(hear(list(sentences(MEASURED, count, seed=7))))
    marked = [mark_doubt([Segment("s", 0, 1, each.text, words=each.words)])[0].words for each in heard]
    places = [each.place() for each in heard]
    wrong = [(each, words, place) for each, words, place in zip(heard, marked, places, strict=True) if place]
    right = [(each, words) for each, words, place in zip(heard, marked, places, strict=True) if not place]
    found = [any(word.doubt for word in words[slice(*place)]) for _, words, place in wrong]
    named = [any(each.name in word.candidates for word in words[slice(*place)]) for each, words, place in wrong]
    mistaken = [any(word.doubt and plain(word.word) == plain(each.name) for word in words) for each, words in right]
    print(f"misheard names {len(wrong)}: marked {np.mean(found):.3f}, with the right candidate {np.mean(named):.3f}")
    print(f"names heard right {len(right)}: marked by mistake {np.mean(mistaken):.3f}")
    others = [word for _, words, place in wrong for at, word in enumerate(words) if not place[0] <= at < place[1]]
    print(f"other words of these sentences {len(others)}: marked {np.mean([bool(word.doubt) for word in others]):.3f}")
    measure_ordinary()


def measure_ordinary() -> None:
    """Print how many words of ordinary talk are marked."""
    wanted = [("", text, voice) for text in ORDINARY for voice in VOICES]
    heard = list(hear(wanted))
    words = [word for each in heard for word in mark_doubt([Segment("s", 0, 1, each.text, words=each.words)])[0].words]
    print(f"words of ordinary talk {len(words)}: marked {np.mean([bool(word.doubt) for word in words]):.3f}")


def talk(data: Path, count: int) -> list[tuple[str, str, str]]:
    """Return turns of PriMock57 that name no medication, each in one of the voices."""
    names = {plain(word) for name in medications() for word in name.split()}
    turns = []
    for path in sorted((data / "primock57/derived/merged").glob("*.json")):
        for turn in json.loads(path.read_text()):
            text = re.sub(r"<[^>]*>", "", turn["text"]).strip()
            if 8 <= len(text.split()) <= 30 and names.isdisjoint(map(plain, text.split())):
                turns.append(text)
    if not turns:
        sys.exit("no PriMock57 there; see --help")
    random.Random(5).shuffle(turns)  # noqa: S311 - not for keys
    return [("", text, VOICES[number % len(VOICES)]) for number, text in enumerate(turns[:count])]


def fit(data: Path, count: int) -> None:
    """Print weights of a logistic regression over windows: the misheard name's against all others of its sentence."""
    terms = Terms((), medications(), common_medications())
    rows: list[tuple[tuple[float, ...], float, float]] = []
    for each in hear([*sentences(FITTED, count, seed=1), *talk(data, count // 2)]):
        place = each.place() if each.name else None
        scores = [word.score or 0.0 for word in each.words]
        windows = list(possible_names([word.word for word in each.words], scores, terms))
        meant = [w for w in windows if place and w[0] < place[1] and w[1] > place[0]]
        best = [w for w in meant if each.name in {term.name for _, term in w[2]}] or meant
        rows += [(features, 1.0, 1.0 / len(best)) for *_, features in best]
        rows += [(w[3], 0.0, 0.3) for w in windows if w not in meant]
    weights = _logistic(*(np.array(column) for column in zip(*rows, strict=True)))
    print("[weights]", *(f"{name} = {weight:.2f}" for name, weight in zip(FEATURES, weights, strict=True)), sep="\n")


def _logistic(
    features: NDArray[np.float64], labels: NDArray[np.float64], importance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return ridge-regularised weights by Newton's method."""
    ridge = 0.3 * np.r_[0.0, np.ones(features.shape[1] - 1)]
    weights = np.zeros(features.shape[1])
    for _ in range(30):
        guess = 1 / (1 + np.exp(-features @ weights))
        curvature = (features * (importance * guess * (1 - guess))[:, None]).T @ features + np.diag(ridge + 1e-9)
        weights += np.linalg.solve(curvature, features.T @ (importance * (labels - guess)) - ridge * weights)
    return weights


def main() -> None:
    """Measure, or fit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--sentences", type=int, default=200)
    options = parser.parse_args()
    if shutil.which("flite") is None:
        sys.exit("flite is missing: apt-get install flite")
    if options.fit:
        fit(options.data, options.sentences)
    else:
        measure(options.sentences)


if __name__ == "__main__":
    main()
