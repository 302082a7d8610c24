"""What others report on the same sets, and on the nearest one, with how their training differs from ours."""

#: SummEdits: balanced accuracy by domain (samsum, qmsumm, podcast, ectsum where given), from its authors' README.
SUMMEDITS = (
    ("SummaC-Conv (0.1B)", ("0.531", "0.535", "0.581", "")),
    ("QAFactEval", ("0.662", "0.624", "0.637", "")),
    ("GPT-4", ("0.831", "0.796", "0.827", "")),
    ("people", ("0.894", "0.907", "0.908", "")),
)
SUMMEDITS_NOTE = (
    "They saw no SummEdits domain in training; our refitted rows saw the three others: unfair in our favour."
)

#: TofuEval, the nearest published set of dialogue summaries: balanced accuracy on MediaSum and MeetingBank.
TOFUEVAL = (
    ("AlignScore (0.4B)", ("0.692", "0.726")),
    ("MiniCheck-FT5 (0.8B)", ("0.736", "0.773")),
    ("SummaC-ZS (0.1B)", ("0.695", "0.710")),
    ("GPT-4o", ("0.714", "0.798")),
)
TOFUEVAL_NOTE = (
    "TofuEval's dialogues cannot be had here, so that none of our figures is on the same set as these; "
    "DiaSumFact is of the same kind. They are trained on entailment data and synthetic claims, ours on "
    "clinicians' notes alone."
)
