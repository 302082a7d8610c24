"""Models of random weights asked beside the typed checks."""

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from pipeline.adapters.grounding import GroundingVerifier
from pipeline.adapters.grounding.judging import Judge
from pipeline.adapters.judging.embedding import Blend, EmbeddingJudge
from pipeline.adapters.judging.encoder import BertEncoder
from pipeline.adapters.judging.entailment import EntailmentJudge
from pipeline.domain.evidence import Claim, ClaimVerdict, Verdict
from pipeline.domain.transcript import Engine, Role, Segment, Transcript
from pipeline.errors import EngineUnavailableError
from pipeline.ports import SessionFacts

TALK = (
    "How have you been sleeping?",
    "About four hours a night. My sister worries.",
    "Do you take the sertraline every morning?",
    "Yes.",
)


def transcript() -> Transcript:
    """Return four turns of clinician and client."""
    roles = (Role.CLINICIAN, Role.CLIENT)
    segments = (Segment(f"u{n}", 5.0 * n, 5.0 * n + 4, text, f"S{n % 2}", roles[n % 2]) for n, text in enumerate(TALK))
    return Transcript(tuple(segments), "en", Engine("typed", "1"))


def verdict(judge: Judge, text: str) -> ClaimVerdict:
    """Return the verdict on one sentence with a judge beside the checks."""
    verification = GroundingVerifier(judge).verify([Claim("1", text)], transcript(), SessionFacts())
    return verification.verdicts[0]


def test_the_encoder_is_the_network_that_transformers_runs(tmp_path: Path, tiny_judges: ModuleType) -> None:
    """Vectors in numpy equal those of the reference implementation, special pieces left out."""
    import torch
    from transformers import AutoTokenizer, BertModel

    folder = tiny_judges.embedder(tmp_path)
    model, tokenizer = BertModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    texts = ["client sleeps about four hours a night.", "no", "how have you been? yes."]

    found = BertEncoder(folder).encode(texts)

    for text, encoded in zip(texts, found, strict=True):
        with torch.inference_mode():
            states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0, 1:-1].numpy()
        expected = states / np.linalg.norm(states, axis=1, keepdims=True)
        assert np.abs(encoded.vectors - expected).max() < 1e-5


def test_the_alignment_moves_the_score(tmp_path: Path, tiny_judges: ModuleType) -> None:
    """The blend decides how much words of like meaning count."""
    folder, text = str(tiny_judges.embedder(tmp_path)), "Client sleeps about four hours a night."

    high = verdict(EmbeddingJudge(folder, Blend(0.0, 1.0, 9.0, 0.0)), text)
    low = verdict(EmbeddingJudge(folder, Blend(0.0, 1.0, -9.0, 0.0)), text)

    assert high.score > low.score


@pytest.mark.parametrize(("always", "expected"), [("entailment", Verdict.SUPPORTED), ("neutral", Verdict.UNSUPPORTED)])
def test_an_entailment_model_is_asked(tmp_path: Path, always: str, expected: Verdict, tiny_judges: ModuleType) -> None:
    """What the model says of the best stretches moves the score, by the name of its class."""
    judge = EntailmentJudge(str(tiny_judges.classifier(tmp_path, always)))

    assert verdict(judge, "Client's sister is anxious at night.").verdict in {expected, Verdict.PARTIAL}


def test_typed_checks_count_beside_a_model_that_believes_all(tmp_path: Path, tiny_judges: ModuleType) -> None:
    """A wrong number is contradicted with its counter-evidence whatever a model says."""
    judge = EntailmentJudge(str(tiny_judges.classifier(tmp_path, "entailment")))

    found = verdict(judge, "Client sleeps about six hours a night.")

    assert found.verdict is Verdict.CONTRADICTED
    assert found.findings[0].counter_evidence


def test_a_model_alone_contradicts_nothing(tmp_path: Path, tiny_judges: ModuleType) -> None:
    """A model that calls everything a contradiction makes a sentence unsupported at most."""
    judge = EntailmentJudge(str(tiny_judges.classifier(tmp_path, "contradiction")))

    assert verdict(judge, "Client's sister worries.").verdict is not Verdict.CONTRADICTED


def test_the_engine_says_what_was_asked(tmp_path: Path, tiny_judges: ModuleType) -> None:
    """A verification names the checks and the model beside them."""
    judge = EntailmentJudge(
        str(tiny_judges.classifier(tmp_path / "minicheck", "entailment", ("unsupported", "supported")))
    )

    engine = GroundingVerifier(judge).verify([], transcript(), SessionFacts()).engine

    assert engine.name == "typed-checks+entailment"
    assert engine.model == "minicheck"


@pytest.mark.parametrize("make", [EmbeddingJudge, EntailmentJudge])
def test_a_folder_without_a_model_is_unavailable(tmp_path: Path, make: type) -> None:
    """A folder that holds no model is refused by name and never replaced in silence."""
    with pytest.raises(EngineUnavailableError):
        make(str(tmp_path))


def test_classes_without_a_known_name_are_refused(tmp_path: Path, tiny_judges: ModuleType) -> None:
    """A classifier of something else is no judge."""
    with pytest.raises(EngineUnavailableError):
        EntailmentJudge(str(tiny_judges.classifier(tmp_path, "joy", ("joy", "anger"))))
