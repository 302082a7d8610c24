"""The reason codes of verification and its neighbours, each as a sentence for a clinician."""

from collections.abc import Mapping

#: What a check is called where a reader sees it.
CHECKS: Mapping[str, str] = {
    "support": "what was said",
    "numbers": "numbers, doses and dates",
    "negation": "yes and no",
    "attribution": "who said it",
    "agreement": "what was agreed to, and not only suggested",
    "dates": "dates and the time to the next visit",
    "doubtful": "what is sure, and what goes on",
    "disputes": "what one voice said and the next did not deny",
    "hearing": "words heard unclearly that the sentence rests on",
    "certainty": "how certain or severe",
    "degree": "how certain, severe or frequent",
    "risk": "danger to the client or others",
    "risk_level": "how far thoughts of suicide go",
    "medications": "medication and substances",
    "sides": "side and part of the body",
    "names": "people and places",
    "causes": "what is said to cause what",
    "time": "past, present or future",
    "quotations": "words in quotation marks",
    "entities": "names of people, places and medication",
    "session_facts": "attendance, length and consent on record",
    "not_assessed": "what was not assessed",
}

#: Why a sentence of a note has the verdict it has.
NOTE_REASONS: Mapping[str, str] = {
    "clinician_judgement": "This is a clinical judgement. The recording cannot confirm it; you can.",
    "confirmed_by_records": "This agrees with what is on record. It was not looked for in the recording.",
    "nothing_found_to_contradict": "The note says this was not assessed, and nothing was found that says otherwise.",
    "nothing_to_check": "There is nothing in this sentence that could be looked for in the recording.",
    "heard_unclearly": "The words this rests on were heard unclearly. Listen to that moment.",
    "denial_not_asked": "The note says no, but nobody asked and nobody said so in what was heard.",
    "asked_not_answered": "This was asked, but no answer to it was recognised.",
    "question_as_answer": "The note states as a fact what was only asked.",
    "polarity_conflict": "The note says yes where the session says no, or no where it says yes.",
    "number_mismatch": "The session has another number here.",
    "number_not_said": "This number was not heard in the session.",
    "stale_after_correction": "This was corrected later in the session, and the note has the earlier version.",
    "risk_was_denied": "The note states a danger that was denied in the session.",
    "said_with_doubt": "The session says this with doubt: might, maybe, not sure.",
    "disputed": "One voice said this, and the next one said no.",
    "risk_hinted_at": "The note denies a danger; asked about it, the client did not say no, but spoke of it.",
    "risk_was_stated": "The note denies a danger that was stated in the session.",
    "risk_level_mismatch": "The session speaks of another degree of danger: a wish, thoughts, a plan or an intent.",
    "risk_denial_not_asked": "The note denies a danger, but nobody asked about it in what was heard.",
    "risk_not_said": "This danger was not spoken of in what was heard.",
    "medication_mismatch": "The session names another medication here.",
    "medication_taken": "The note says a medication is not taken, and the session says it is.",
    "medication_not_said": "This medication was not named in what was heard.",
    "side_mismatch": "The session has the other side, or another part of the body.",
    "side_not_said": "This side or part of the body was not named in what was heard.",
    "relative_mismatch": "The session says this of another person.",
    "time_mismatch": "The session puts this at another time.",
    "time_not_said": "This time was not heard in the session.",
    "degree_mismatch": "The session says this more, or less, strongly.",
    "name_not_said": "This name was not heard in the session.",
    "cause_not_said": "Both parts may be true, but nobody said that one is because of the other.",
    "relative_not_mentioned": "This person was not spoken of in what was heard.",
    "said_by_another": "Somebody else in the session said this.",
    "done_by_another": "In the session somebody else did this.",
    "agreement_not_given": "This was suggested, and the reply was not a yes.",
    "quotation_not_verbatim": "The words in quotation marks were not said like this.",
    "quotation_of_another": "Somebody else in the session said the quoted words.",
    "topic_was_raised": "The note says that this was not assessed, but it came up.",
    "length_not_on_record": "The length does not agree with the recording.",
    "not_on_record": "Nothing on record says so.",
    "consent_not_on_record": "The consent on file does not say so.",
    "attendance_not_on_record": "The people registered for this session are others.",
}

#: What holds for a transcript or a note as a whole.
FLAGS: Mapping[str, str] = {
    "more_voices_than_participants": "More voices were heard than people are registered for this session.",
    "fewer_voices_than_participants": "Fewer voices were heard than people are registered for this session.",
    "clipped": "Parts of the recording are overdriven, and words there may be wrong.",
    "several_tracks": "The file has several sound tracks, and only the first was listened to.",
    "other_language": "Another language than expected seems to be spoken. The text may be wrong throughout.",
    "crosstalk": "People often spoke at the same time. Words of the quieter voice may be missing.",
    "low_level": "The recording is very quiet, and more words than usual may be wrong.",
    "roles_uncertain": "Who is the clinician and who the client is uncertain. Check a few passages.",
    "voices_uncertain": "The voices were hard to tell apart. Words may stand under the wrong person.",
    "heard_unclearly": "Some words were heard unclearly. They are marked in the transcript.",
    "invented_text_removed": "Text that the engine made up on noise or silence was taken out.",
    "speech_not_understood": "Some of the speech could not be understood and is missing from the transcript.",
    "alignment_missing": "The times of single words are estimates.",
    "times_estimated": "The imported text has no times. Those shown are estimates.",
    "note_in_another_language": "The note does not seem to be in English, and the checks read no other language.",
    "note_matches_no_part_of_session": "The note has almost nothing in common with this session. Is it the right note?",
}

#: What the ledger writes beside a run where no error was raised.
RUNS: Mapping[str, str] = {
    "lease_expired": "A worker was not heard of any more, and another takes the stage over.",
    "run_discarded": "An operator set this stage aside. Nothing more is done with it.",
    "session_cancelled": "An operator cancelled the session. What exists stays until its retention ends.",
}

#: Matters that are never left to chance.
TOPICS: Mapping[str, str] = {
    "suicide": "Suicide",
    "self_harm": "Self-harm",
    "violence": "Violence",
    "abuse": "Abuse",
    "substance_use": "Substance use",
    "psychosis": "Psychosis",
    "means": "Access to means of harm",
    "crisis": "Crisis",
    "medication": "Medication",
    "new_symptom": "New symptom",
    "homework": "Agreed homework",
    "next_contact": "Next appointment",
    "goals": "Goals",
}
