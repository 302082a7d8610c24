"""How a voice is called where people read: by its role, numbered where several share one, marked where uncertain."""

from collections import Counter, defaultdict

from pipeline.domain.transcript import Role, Transcript

#: Stands beside a role that is a guess, and is read as that where the text comes back.
UNCERTAIN = "(uncertain)"
_TITLES = {Role.CLINICIAN: "Clinician", Role.CLIENT: "Client", Role.OTHER: "Other"}


def voice_names(transcript: Transcript) -> dict[str, str]:
    """Return a name for each speaker label.

    ``Clinician``, ``Client 2``, ``Client (uncertain)`` where the role is a guess, or the label where no role is known.
    """
    roles = _roles(transcript)
    uncertain = {segment.speaker for segment in transcript.segments if segment.role_is_uncertain}
    shared = Counter(roles.values())
    met = Counter[Role]()
    names = {}
    for speaker in transcript.speakers:
        role = roles.get(speaker)
        if role is None:
            names[speaker] = speaker
            continue
        met[role] += 1
        numbered = f"{_TITLES[role]} {met[role]}" if shared[role] > 1 else _TITLES[role]
        names[speaker] = f"{numbered} {UNCERTAIN}" if speaker in uncertain else numbered
    return names


def _roles(transcript: Transcript) -> dict[str, Role]:
    """Return the role each speaker has in most segments."""
    votes: defaultdict[str, Counter[Role]] = defaultdict(Counter)
    for segment in transcript.segments:
        if segment.speaker is not None and segment.role is not None:
            votes[segment.speaker][segment.role] += 1
    return {speaker: counts.most_common(1)[0][0] for speaker, counts in votes.items()}
