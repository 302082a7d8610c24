"""The ways in which entailment models are published, each with random weights, read as their makers read them."""

from pathlib import Path
from types import ModuleType

import pytest

from pipeline.adapters.judging.entailment import EntailmentJudge
from pipeline.adapters.judging.readers import reader_of
from pipeline.errors import EngineUnavailableError

PREMISES = ["how have you been. about four hours a night", "do you take sertraline every morning. yes"] * 5
MARKS = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
CLAIMS = ["client sleeps about four hours", "sertraline was not reported"] * 5


def test_a_t5_that_answers_is_read_by_its_first_piece(tmp_path: Path, tiny_judges: ModuleType) -> None:
    """The chance is that of "1" against "0" after "predict: document </s> claim", batch by batch."""
    import torch
    from transformers import AutoTokenizer, T5ForConditionalGeneration

    folder = tiny_judges.answerer(tmp_path)
    model = T5ForConditionalGeneration.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)

    found = list(reader_of(folder).chances(PREMISES, CLAIMS))

    for premise, claim, chance in zip(PREMISES, CLAIMS, found, strict=True):
        inputs = tokenizer(f"predict: {premise}</s>{claim}", return_tensors="pt").input_ids
        with torch.inference_mode():
            logits = model(input_ids=inputs, decoder_input_ids=torch.zeros((1, 1), dtype=torch.long)).logits[0, 0]
        assert chance == pytest.approx(float(torch.softmax(logits[[3, 209]], dim=0)[1]), abs=1e-5)


def test_an_encoder_with_a_head_over_its_first_place_is_read_by_its_second_class(
    tmp_path: Path, tiny_judges: ModuleType
) -> None:
    """The network's sizes come from the weights, the chance from the second class at the first place of the prompt."""
    import torch
    from transformers import PreTrainedTokenizerFast

    folder, model = tiny_judges.first_place(tmp_path)
    tokenizer = PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **MARKS)

    found = list(reader_of(folder).chances(PREMISES, CLAIMS))

    for premise, claim, chance in zip(PREMISES, CLAIMS, found, strict=True):
        prompt = "<pad> Determine if the hypothesis is true given the premise?"
        inputs = tokenizer(f"{prompt}\n\nPremise: {premise}\n\nHypothesis: {claim}", return_tensors="pt").input_ids
        with torch.inference_mode():
            logits = model(input_ids=inputs).logits[0, 0]
        assert chance == pytest.approx(float(torch.softmax(logits, dim=0)[1]), abs=1e-5)


def test_weights_of_another_network_are_refused_by_name(tmp_path: Path, tiny_judges: ModuleType) -> None:
    """A folder that says it is one thing and holds another does not judge."""
    folder, _ = tiny_judges.first_place(tmp_path)
    (folder / "model.safetensors").write_bytes(b"no weights")

    with pytest.raises(EngineUnavailableError):
        EntailmentJudge(str(folder))
