"""What is said comes back word for word, each from its own voice, out of every layout that meeting programs write."""

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.adapters.formats import read_transcript

NAMES = (
    *("Dana Reyes", "Dr. O'Neil-Smith, LCSW", "sam's iPad", "iPhone", "+1 (213) 555-1234", "Poe, Sam (Guest)"),
    *("Therapist", "SPEAKER_00", "Mom", "\N{CJK UNIFIED IDEOGRAPH-674E} \N{CJK UNIFIED IDEOGRAPH-660E}", "Grace"),
    *(
        "T",
        "van der Berg",
        "Dana (she/her) | LCSW",
        "Zo\N{LATIN SMALL LETTER E WITH DIAERESIS} \N{SMILING FACE WITH HALO}",
    ),
)
#: What looks like a name, a time, a cue's number, markup or a comment, and is said.
TEXTS = (
    *(
        "yes",
        "Honestly: I don't know",
        "At 10:30 I woke",
        "10:30",
        "so I said: no",
        "He said: Mom: no",
        "3",
        "I do not",
    ),
    *(
        "<b>ok</b> & so",
        "Monday 10:30",
        "- dash first",
        "we [laughs] cried",
        "(crying) no",
        "What? Where?",
        "Time: flies",
    ),
    *("NOTE that", "WEBVTT is a word", "http://x.y/z: see", "it was 5:15 to 6:20", "Dana stopped by"),
)
TURNS = st.permutations(NAMES).flatmap(
    lambda names: st.lists(st.tuples(st.sampled_from(names[:3]), st.sampled_from(TEXTS)), min_size=1, max_size=12).map(
        # Everybody speaks twice: of a name that comes once, nothing but its spelling tells.
        lambda more: [*((name, "I see.") for name in (*names[:3], *names[:3])), *more]
    )
)
LAYOUTS = {
    "voice tags": ("vtt", "00:{m:02}:{s:02}.000 --> 00:{m:02}:{s:02}.900\n<v {n}>{t}</v>\n\n"),
    "zoom": ("vtt", "00:{m:02}:{s:02}.000 --> 00:{m:02}:{s:02}.900\n{n}: {t}\n\n"),
    "subrip": ("srt", "{k}\n00:{m:02}:{s:02},000 --> 00:{m:02}:{s:02},900\n{n}: {t}\n\n"),
    "lines": ("txt", "{n}: {t}\n"),
    "times before": ("txt", "[00:{m:02}:{s:02}] {n}: {t}\n"),
    "teams": ("txt", "{n}   {m}:{s:02}\n{t}\n\n"),
    "zoom's text": ("txt", "[{n}] 00:{m:02}:{s:02}\n{t}\n\n"),
    "teams' older text": ("txt", "0:{m}:{s}.0 --> 0:{m}:{s}.900\n{n}\n{t}\n"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=25)
@given(turns=TURNS)
def test_nothing_is_lost_or_given_to_another(layout: str, turns: list[tuple[str, str]]) -> None:
    """Whatever is said, and whatever people are called, every word comes back in order from the one who said it."""
    name, form = LAYOUTS[layout]
    escape = (lambda text: html.escape(text, quote=False)) if name != "txt" else str
    pieces = (
        form.format(k=k, m=k // 6, s=k % 6 * 10, n=escape(who), t=escape(said))
        for k, (who, said) in enumerate(turns, 1)
    )

    segments = read_transcript(name, ("WEBVTT\n\n" if name == "vtt" else "") + "".join(pieces)).segments

    numbers = {who: f"SPEAKER_{place:02}" for place, who in enumerate(dict.fromkeys(who for who, _ in turns))}
    assert [(segment.speaker, segment.text) for segment in segments] == [(numbers[who], said) for who, said in turns]
