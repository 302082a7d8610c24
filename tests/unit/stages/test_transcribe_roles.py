"""Roles are told from what is said, in therapy too, which no figure of the benchmark covers."""

import pytest

from pipeline.domain.transcript import ROLE_UNCERTAIN_BELOW, Role
from pipeline.stages.transcribe.attending import with_others
from pipeline.stages.transcribe.interpreting import with_interpreters
from pipeline.stages.transcribe.roles import roles_of

C, X = "clinician's voice", "client's voice"

THERAPY = {
    "check-in": [
        (C, "Hi, come on in. How has your week been since we last met?"),
        (X, "It's been okay, I guess. I had that thing with my sister again and I just shut down."),
        (C, "You shut down. What was that like for you?"),
        (X, "Like I always do. I went to my room and didn't talk to anybody for two days."),
        (C, "It sounds like it brought up something old."),
        (X, "Yeah. My mom used to do that to me."),
    ],
    "long answers": [
        (X, "So I finally told him. I said I can't keep doing this, and he just looked at me, and I felt so small."),
        (C, "Mm-hmm."),
        (X, "And then I went home and I cried for like three hours. I don't know why I'm even telling you this."),
        (C, "It makes sense that you cried. What did you need from him in that moment?"),
        (X, "I don't know. I wanted him to say he was sorry. I keep waiting for people to say they're sorry."),
    ],
    "exposure": [
        (C, "Last time we talked about taking the elevator. How did the homework go?"),
        (X, "I did it twice. I was shaking, but I did it."),
        (C, "That took courage. On a scale of zero to ten, how anxious were you?"),
        (X, "Maybe an eight the first time. It was a five the second time."),
        (C, "So it came down. What do you notice about that?"),
        (X, "That it doesn't kill me, I guess."),
    ],
    "risk": [
        (X, "Sometimes I think everybody would be better off without me."),
        (C, "I'm glad you told me. I want to ask you directly, are you having thoughts of killing yourself?"),
        (X, "No. I wouldn't do it. I just get tired. I love my kids."),
        (C, "Is there anything at home you could use to hurt yourself?"),
        (X, "My dad has a gun but it's locked up, I don't have the key."),
        (C, "Let's go over your safety plan before we finish today."),
    ],
    "client asks back": [
        (X, "Do you think I'm crazy? Like, would you tell me if I was?"),
        (C, "I don't think you're crazy. What makes you ask that today?"),
        (X, "My boss looked at me like I was. I had a panic attack in front of everyone."),
        (C, "That must have been really hard. What happened in your body?"),
        (X, "My heart was pounding and I couldn't breathe. I thought I was dying."),
    ],
    "reflective, few questions": [
        (X, "I quit drinking in March and then my brother died and I started again."),
        (C, "So you were doing the work, and then you lost him."),
        (X, "Yeah. I was so angry. I still am. I took it out on my wife."),
        (C, "Part of you is angry, and part of you is grieving."),
        (X, "I never thought of it like that. I just feel like I failed."),
    ],
    "psychiatry": [
        (C, "How are you doing on the sertraline? Any side effects?"),
        (X, "I feel a little better. I was nauseous the first week but it went away."),
        (C, "Good. And your sleep? Are you still waking up at three?"),
        (X, "Yeah, I wake up and I can't get back."),
        (C, "Let's go up to one hundred milligrams, and I'll see you in four weeks."),
    ],
    "teenager": [
        (C, "Your mom said school has been rough. What's your take on that?"),
        (X, "It's whatever. I hate it there."),
        (C, "You hate it. Tell me about the worst part of the day."),
        (X, "Lunch. I don't have anyone to sit with so I go to the library."),
        (C, "And when you're in the library, what goes through your mind?"),
        (X, "That nobody likes me."),
    ],
    "skills": [
        (C, "Let's try it together. Close your eyes and take a deep breath, and notice where you feel it."),
        (X, "In my chest. I feel it in my chest."),
        (C, "Good. You don't have to change it. Just let it be there."),
        (X, "Okay. It's a little less now."),
        (C, "I'd like you to practice that twice a day before we meet again next week."),
        (X, "I'll try. I forgot to do it last week."),
    ],
    "no punctuation": [
        (C, "what would you like to focus on today"),
        (X, "i had a fight with my husband and i didn't sleep"),
        (C, "and how did you handle it when you were that upset"),
        (X, "i just left i drove around for an hour because i couldn't be there"),
        (C, "you've told me before that leaving helps you calm down"),
    ],
}


@pytest.mark.parametrize("name", THERAPY)
def test_therapist_is_told(name: str) -> None:
    """In talk therapy the voice that asks and reflects is the clinician's."""
    roles = roles_of(THERAPY[name])

    assert (roles[C][0], roles[X][0]) == (Role.CLINICIAN, Role.CLIENT)


def test_labels_do_not_matter() -> None:
    """The names of the voices and their order say nothing."""
    turns = [({C: "SPEAKER_01", X: "SPEAKER_00"}[voice], text) for voice, text in THERAPY["exposure"]]

    assert roles_of(turns)["SPEAKER_01"][0] is Role.CLINICIAN


COUPLE = [
    (C, "Welcome back, both of you. What would be most helpful to talk about today?"),
    ("one", "He never listens to me. I told him I was exhausted and he went out with his friends."),
    ("other", "That's not fair. You said it was fine. I asked you and you said go."),
    ("one", "I said it because I felt like I had no choice. I always feel like that with you."),
    (C, "Let me slow this down. What did you hear her say just now?"),
    ("other", "That I don't listen. I work all day and I come home and I'm the bad guy."),
    (C, "So you feel blamed, and it sounds like you feel alone. Could you tell her that, instead of me?"),
    ("one", "I do feel alone. I've been alone in this for two years."),
]


def test_couple() -> None:
    """In a couple's session both partners are clients, whatever they ask each other."""
    roles = roles_of(COUPLE)

    assert {voice: role for voice, (role, _) in roles.items()} == {
        C: Role.CLINICIAN,
        "one": Role.CLIENT,
        "other": Role.CLIENT,
    }


def test_passer_by() -> None:
    """A voice that says next to nothing beside a client is neither client nor clinician."""
    roles = roles_of([*THERAPY["long answers"], ("door", "Sorry.")])

    assert roles["door"][0] is Role.OTHER


def test_short_talk_is_not_sure() -> None:
    """Two words a voice are no ground for confidence."""
    roles = roles_of([("A", "Okay."), ("B", "Right.")])

    assert max(confidence for _, confidence in roles.values()) < 0.8


def test_long_talk_is_sure() -> None:
    """Clear talk is attributed with confidence."""
    assert roles_of(THERAPY["risk"])[C][1] > 0.9


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("I feel awful. I couldn't sleep and I had a fight with my mom and I just cried.", Role.CLIENT),
        ("How have you been? Tell me what you did with the homework. What would you like to do today?", Role.CLINICIAN),
    ],
)
def test_one_voice_alone(text: str, role: Role) -> None:
    """A voice heard alone is judged by its own words."""
    assert roles_of([("A", text)])["A"][0] is role


def test_nobody() -> None:
    """Where nobody speaks nobody has a role."""
    assert roles_of([]) == {}


def test_in_a_few_sentences_nobody_passes_by() -> None:
    """A group member who has said one word so far is a client."""
    turns = [
        (C, "Welcome back everyone. One word for how you're arriving tonight?"),
        (X, "Tired."),
        ("other", "Angry. My ex showed up at my job and I wanted to drink."),
        ("third", "Proud, it's ninety-one days today for me."),
    ]

    assert roles_of(turns)[X][0] is Role.CLIENT


def test_a_registered_colleague_is_believed() -> None:
    """Where two clinicians are registered, a second voice that asks and teaches is one; else it takes more."""
    turns = [
        (C, "What came up over the weekend? What was it like to hear that? Could you say more about it?"),
        (X, "I break stuff, I always did."),
        ("colleague", "Let's try it together. How would you do the opposite of that? What might get in your way?"),
        ("other", "I go quiet and I don't answer my sister for a week."),
        ("colleague", "It sounds like that keeps you safe. Would you be willing to try one text before we meet again?"),
        (X, "I felt less alone, I guess."),
    ]

    both, one = roles_of(turns, clinicians=2), roles_of(turns, clinicians=1)

    assert {voice for voice, (role, _) in both.items() if role is Role.CLINICIAN} == {C, "colleague"}
    assert len([voice for voice, (role, _) in one.items() if role is Role.CLINICIAN]) == 1


def test_asking_alone_makes_nobody_sure() -> None:
    """A client who asks one question after the other leaves both roles unsure, whoever is taken for the clinician."""
    roles = roles_of(
        [
            (
                X,
                "Is it normal that I still dream of her? Did you ever lose anybody? Are you allowed to tell me?",
            ),
            (C, "You can ask me anything. I'm wondering what it would mean to you if it were normal."),
            (X, "That I'm not broken. How long does this last? Will I ever want to date again?"),
            (C, "There's no clock on it. You loved her for twenty years."),
            (X, "Twenty-two. Do you have tissues?"),
        ]
    )

    assert all(confidence < ROLE_UNCERTAIN_BELOW for _, confidence in roles.values())


_OBSERVED = [
    *THERAPY["risk"],
    ("supervisor", "I'm Doctor Hale, I supervise the sessions, and I am just sitting in today."),
]


def test_a_voice_that_only_attends() -> None:
    """A voice that says of itself that it sits in is another person's; nobody else's is less sure for that."""
    roles = with_others(roles_of(_OBSERVED), _OBSERVED, registered=1)

    assert {voice: role for voice, (role, _) in roles.items()} == {
        C: Role.CLINICIAN,
        X: Role.CLIENT,
        "supervisor": Role.OTHER,
    }
    assert roles[X] == roles_of(_OBSERVED)[X]


def test_a_guest_who_does_not_say_so() -> None:
    """Where a guest is registered, a further voice is not sure to be a client's; the one that says most is."""
    turns = [*THERAPY["risk"], ("mother", "I worry about him, he does not eat.")]

    roles = with_others(roles_of(turns), turns, registered=1)

    assert roles["mother"] == (Role.CLIENT, 0.5)
    assert roles[X] == roles_of(turns)[X]


@pytest.mark.parametrize(
    "text", ["I'm the supervisor at the plant.", "Is she sitting in today?", "My supervisor left."]
)
def test_talk_of_supervisors(text: str) -> None:
    """Who speaks of a supervisor of their own, or asks who sits in, is none."""
    turns = [*THERAPY["risk"], ("mother", text)]

    assert with_others(roles_of(turns), turns, registered=0) == roles_of(turns)


_INTERPRETED = [
    (C, "Hi, come on in. How have you been since we last met? What would you like to talk about today?"),
    ("interpreter", "Good morning, interpreter speaking. I will interpret everything that is said."),
    (X, "I don't sleep. My mother is ill and I worry."),
    (C, "It sounds like the nights are hard. What goes through your mind when you lie awake?"),
    ("interpreter", "I think of my mother all the time, and I can't stop crying."),
]


def test_a_voice_that_says_it_interprets() -> None:
    """A voice that says of itself that it interprets is another person's, whatever it says for the client."""
    roles = with_interpreters(roles_of(_INTERPRETED), _INTERPRETED, registered=1)

    assert {voice: role for voice, (role, _) in roles.items()} == {
        C: Role.CLINICIAN,
        X: Role.CLIENT,
        "interpreter": Role.OTHER,
    }


def test_an_interpreter_who_does_not_say_so() -> None:
    """Where an interpreter is registered and no voice says it interprets, no voice is sure to be the client's."""
    turns = THERAPY["risk"]

    roles = with_interpreters(roles_of(turns), turns, registered=1)

    assert roles[C] == roles_of(turns)[C]
    assert roles[X] == (Role.CLIENT, 0.5)


def test_talk_of_an_interpreter() -> None:
    """Who speaks of an interpreter is none."""
    turns = [*THERAPY["risk"], (X, "We had an interpreter at the court, this is my interpreter's number.")]

    assert with_interpreters(roles_of(turns), turns, registered=0) == roles_of(turns)
