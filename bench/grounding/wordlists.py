"""The words that the perturbations put in and take out; kept apart from the lexicon of the verifier."""

NUMBER_WORDS = {
    "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0,
    "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0,
    "fifty": 50.0, "sixty": 60.0, "ninety": 90.0,
}  # fmt: skip

#: Phrase and what takes its place; only what was not said is put in.
TIMES = (
    ("Monday", "Wednesday"), ("Monday", "Saturday"), ("Tuesday", "Friday"), ("Tuesday", "Thursday"),
    ("Wednesday", "Monday"), ("Wednesday", "Sunday"), ("Thursday", "Tuesday"), ("Thursday", "Sunday"),
    ("Friday", "Monday"), ("Friday", "Tuesday"), ("Saturday", "Tuesday"), ("Saturday", "Thursday"),
    ("Sunday", "Tuesday"), ("Sunday", "Thursday"), ("April", "June"), ("August", "March"), ("September", "May"),
    ("October", "July"), ("December", "February"), ("January", "November"), ("weeks", "days"), ("weeks", "months"),
    ("months", "weeks"), ("days", "weeks"), ("minutes", "hours"), ("min", "hours"), ("hours", "minutes"),
    ("years", "months"), ("today", "yesterday"), ("last week", "last month"), ("this week", "this month"),
    ("last year", "last month"), ("every day", "every week"), ("daily", "weekly"), ("weekly", "monthly"),
    ("morning", "evening"), ("in the morning", "at night"), ("at night", "in the morning"), ("summer", "winter"),
    ("twice", "once"), ("next week", "next month"), ("every Sunday", "every day"), ("each evening", "each morning"),
)  # fmt: skip

NEGATIONS = (
    (r"\b[Dd]enie[sd] ", "reported "),
    (r"\b[Rr]eport(?:s|ed) (?!that)", "denied "),
    (r"^No ", "Positive for "),
    (r"\b(?:does|did|has|is|was|will|can) not\b", "did"),
    (r"\bdoes not ", "does "),
    (r"\bhas not ", "has "),
    (r"\bno longer ", "still "),
    (r"\bagreed to\b", "declined to"),
    (r"\bwill (?!not)", "will not "),
    (r"\b(?<!not )is (?!not)", "is not "),
    (r"\bhas (?!not|no)", "has not "),
    (r"\bfeels (?!not)", "does not feel "),
    (r"\bwas (?!not)", "was not "),
)

MEDICINES = (
    "sertraline", "fluoxetine", "citalopram", "escitalopram", "trazodone", "quetiapine", "lithium", "naltrexone",
    "lamotrigine", "bupropion", "venlafaxine", "mirtazapine", "aripiprazole", "olanzapine", "clonazepam", "lorazepam",
    "buspirone", "hydroxyzine", "propranolol", "metformin", "lisinopril", "ibuprofen", "paracetamol", "tylenol",
    "amoxicillin", "prednisone", "omeprazole", "atorvastatin", "amlodipine", "furosemide", "aspirin", "gabapentin",
    "methotrexate", "salbutamol", "insulin", "levothyroxine", "meloxicam", "zoloft", "prozac",
)  # fmt: skip

RELATIVES: dict[str, set[str]] = {
    "mother": {"mother", "mom", "mum", "mother's", "mom's"},
    "father": {"father", "dad", "father's", "dad's"},
    "sister": {"sister", "sister."},
    "brother": {"brother", "brother."},
    "wife": {"wife", "wife."},
    "husband": {"husband", "husband."},
    "son": {"son", "son.", "boy"},
    "daughter": {"daughter", "daughter."},
    "aunt": {"aunt", "aunt's"},
    "uncle": {"uncle"},
    "cousin": {"cousin"},
    "grandmother": {"grandmother", "grandma"},
    "grandfather": {"grandfather", "grandpa"},
}

#: How a sentence begins, and whom it may be credited to instead.
SUBJECTS = (
    (
        r"^(?:The )?(?:Client|Pt|Patient)(?= (?:report|stat|said|deni|felt|feels|notic|worries|believe|decide|name))",
        ("Therapist", "Therapist"),
    ),
    (r"^Therapist(?= )", ("Client", "Client")),
    (r"^(?:Husband|Wife)(?= (?:said|report|felt|denied))", ("Therapist",)),
)  # fmt: skip

DEGREES = (
    ("strong", "mild"), ("mild", "severe"), ("severe", "mild"), ("slight", "severe"), ("a bit", "extremely"),
    ("passive death wish", "active suicidal plan"), ("Thoughts of", "Attempts at"), ("thoughts of", "a plan for"),
    ("suicidal thoughts", "suicidal intent"), ("possible", "confirmed"), ("likely", "certain"),
    ("probable", "definite"),
    ("sometimes", "constantly"), ("occasionally", "constantly"), ("often", "rarely"), ("always", "rarely"),
    ("most days", "every day"), ("will try to", "did"), ("nearly", "actually"), ("wrote down", "refused to write down"),
    ("intermittent", "constant"), ("constant", "intermittent"), ("a few", "many"), ("moderate", "severe"),
)  # fmt: skip

FILLINGS = ("never", "always", "really", "everyone", "terrible", "happy", "tomorrow", "angry", "nothing", "family")

#: Sort to (words that must not have been spoken, sentence).
INVENTED: dict[str, list[tuple[str, str]]] = {
    "false_denial": [
        ("hallucinat|voices|hearing|seeing things", "Client denied auditory or visual hallucinations."),
        ("hurting anyone|hurt anyone|homicid|harming|hurting any", "Denied HI."),
        ("gun|firearm|weapon", "No access to firearms."),
        ("paranoi|against you|watching", "Denies paranoia."),
        ("drug|weed|cannabis|substance|pills", "Client denied illicit drug use."),
        ("appetite|eating|lunch|food", "Denies changes in appetite."),
        ("seizure", "No history of seizures."),
        ("gambl", "Client denied gambling."),
        ("allerg", "NKDA."),
        ("purg|binge|throw up|vomit", "Client denies bingeing or purging."),
        ("obsess|compuls|rituals", "No obsessions or compulsions reported."),
        ("headache|migraine", "Denies headaches."),
        ("abuse|hit |restraining", "Client denied any history of abuse."),
        ("nightmare|dreams", "Denied nightmares."),
    ],
    "fabricated_risk": [
        ("suicid|kill|die|dead|life|wake", "Client reported suicidal ideation with a plan."),
        ("cut|scratch|hurting yourself|hurt yourself|self", "Client has been cutting her arms."),
        ("kill|hurt|harm|hit", "Client expressed thoughts of killing her boss."),
        ("gun|firearm|weapon", "Client keeps a loaded gun at home."),
        ("overdos|pills|took all", "Client overdosed on her medication last month."),
        ("hit|beat|abuse|violen|safe", "Client disclosed that her partner beats her."),
        ("voices|hear|hallucin", "Client hears voices telling her to hurt herself."),
        ("relaps|drinking|drunk|alcohol|beer|wine", "Client relapsed on alcohol and is drinking daily."),
    ],
    "fabricated_symptom": [
        ("chest|heart", "Client reported chest pain."),
        ("headache|migraine", "Client reported frequent headaches."),
        ("dizz|faint", "Client reported dizziness when standing up."),
        ("nightmare|dream", "Client has nightmares about an accident."),
        ("memory|forget", "Client complained of memory problems."),
        ("weight|pounds|appetite", "Client has gained 15 pounds."),
        ("compuls|wash|check", "Client washes her hands compulsively."),
    ],
    "fabricated_intervention": [
        ("eye movement|emdr|tapping", "Therapist conducted EMDR on the accident memory."),
        ("hypno", "Therapist used hypnosis to induce relaxation."),
        ("role play|rehears", "Therapist and client role-played a conversation with the landlord."),
        ("muscle|relax", "Therapist led progressive muscle relaxation."),
        ("values|card", "Therapist completed a values card sort with client."),
    ],
    "fabricated_homework": [
        ("gym|yoga", "Client agreed to attend a yoga class twice before the next session."),
        ("gratitude|grateful", "Client will write a gratitude list each night."),
        ("book|chapter|read", "Client was assigned two chapters of a workbook."),
        ("budget|receipts", "Client will keep a budget for the coming week."),
    ],
    "consent": [
        ("consent", "Client gave written consent to share these notes with her employer."),
        ("consent|release", "Informed consent for telehealth was reviewed and signed today."),
        ("consent|record", "Client consented to the use of this recording for research."),
    ],
}

SEVERITY = {"certainty": "moderate", "time": "moderate", "cause": "moderate", "attribution": "moderate"}

#: Session to (value taken back, right value).
CORRECTED: dict[str, tuple[tuple[str, str], ...]] = {"sleep": (("four", "five"),)}

SYNONYMS = (
    ("reported", "stated"), ("reported", "endorsed"), ("Client", "Pt"), ("Pt", "Client"), ("exhausted", "very tired"),
    ("angry", "mad"), ("completed", "did"), ("mother", "mom"), ("father", "dad"), ("daily", "every day"),
    ("every day", "daily"), ("will", "is going to"), ("agreed to", "said she would"), ("began", "started"),
    ("started", "began"), ("difficulty", "trouble"), ("stopped", "discontinued"), ("Therapist", "Clinician"),
    ("fever", "temperature"), ("nausea", "feeling sick"), ("shortness of breath", "breathlessness"),
    ("visited", "went to"), ("frightened", "scared"), ("help", "assist"), ("children", "kids"), ("scared", "afraid"),
    ("is lonely", "feels alone"), ("home", "house"), ("worry", "anxiety"), ("per day", "a day"), ("Takes", "Is taking"),
)  # fmt: skip

SHORT_FORMS = (
    ("Client", "Cl"), ("Patient", "Pt"), ("with", "w/"), ("weeks", "wks"), ("hours", "hrs"), ("minutes", "min"),
    ("hrs", "hours"), ("min", "minutes"), ("lbs", "pounds"), ("year", "yr"), ("homework", "HW"),
    ("appointment", "appt"),
    ("history", "hx"), ("symptoms", "sx"), ("twice a day", "BID"), ("once a day", "QD"), ("SI", "suicidal ideation"),
    ("denied SI and HI", "denied suicidal or homicidal ideation"), ("a.m.", "am"), ("because", "b/c"),
)  # fmt: skip

BRANDS = {
    "sertraline": "Zoloft", "citalopram": "Celexa", "trazodone": "Desyrel", "quetiapine": "Seroquel",
    "naltrexone": "Revia", "lithium": "Lithobid", "ibuprofen": "Advil", "paracetamol": "Tylenol",
    "furosemide": "Lasix", "salbutamol": "Ventolin", "fluoxetine": "Prozac", "amoxicillin": "Amoxil",
}  # fmt: skip
