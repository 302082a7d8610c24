"""The labels of a transcript's speakers, as a note may name them: a chat's "Ann", or what a role is called."""

from collections import defaultdict
from collections.abc import Sequence

from pipeline.adapters.grounding.words import words_of
from pipeline.domain.transcript import Role, Transcript

_ROLE_WORDS: dict[Role | None, str] = {
    Role.CLIENT: "client patient",
    Role.CLINICIAN: "clinician therapist doctor counselor provider physician",
}


def labels_of(transcript: Transcript) -> dict[str, frozenset[str]]:
    """Return by the stem of a word of a label, or of what its role is called, the labels."""
    labels: dict[str, set[str]] = defaultdict(set)
    for speaker, role in {(segment.speaker, segment.role) for segment in transcript.segments}:
        for word in words_of(f"{speaker or ''} {_ROLE_WORDS.get(role, '')}"):
            if speaker and word.form.isalpha() and word.form != "speaker":
                labels[word.stem].add(speaker)
    return {name: frozenset(found) for name, found in labels.items()}


def voices_in(speakers: Sequence[str | None]) -> dict[str, frozenset[int]]:
    """Return by the stem of a word of a speaker's own label which utterances are that speaker's."""
    said: dict[str, set[int]] = defaultdict(set)
    for number, speaker in enumerate(speakers):
        for word in words_of(speaker or ""):
            if word.is_content and word.form.isalpha() and len(word.form) > 1 and word.form != "speaker":
                said[word.stem].add(number)
    return {name: frozenset(found) for name, found in said.items()}
