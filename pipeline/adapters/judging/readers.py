"""Models that read a stretch of talk and a claim, and say how likely the one bears the other out, by transformers.

Three ways in which such models are published are read: sequence classifiers (NLI, MiniCheck-RoBERTa, FactCG), T5 that
answers with a token (MiniCheck-Flan-T5, arXiv 2404.10774), and a T5 encoder with a head over its first place (Vectara's
HHEM-2.1-Open). No code that lies in a folder is run, and nothing is downloaded.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

_BATCH = 8
_LONGEST = 512
_LONGEST_T5 = 1024
#: What makers of such models call the class that bears a claim out.
_SUPPORTING = ("entailment", "entail", "supported", "consistent", "factual", "label_1")
#: The pieces of T5's vocabulary that begin MiniCheck's answers "0" and "1".
_ANSWERS = (3, 209)
_T5_MARKS = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
_HHEM_PROMPT = "<pad> Determine if the hypothesis is true given the premise?\n\nPremise: {text1}\n\nHypothesis: {text2}"


class Reader(Protocol):
    """Gives a chance for each stretch and claim."""

    def chances(self, premises: Sequence[str], claims: Sequence[str]) -> Iterator[float]:
        """Yield for each pair how likely the premise bears the claim out."""
        ...


def reader_of(folder: Path) -> Reader:
    """Return what reads the weights in a folder; raise whatever the weights' own loader raises."""
    architectures = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("architectures", [])
    if any(name.startswith("HHEM") for name in architectures):
        return HhemReader(folder)
    if "T5ForConditionalGeneration" in architectures:
        return AnswerReader(folder)
    return ClassifierReader(folder)


class ClassifierReader:
    """A sequence classifier over a pair of texts."""

    def __init__(self, folder: Path) -> None:
        """Raise ``ValueError`` where no class is named as one that bears a claim out."""
        from transformers import AutoModelForSequenceClassification

        self._tokenizer = _tokenizer(folder)
        self._model = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True).eval()
        self._column = _supporting(self._model.config.id2label)

    def chances(self, premises: Sequence[str], claims: Sequence[str]) -> Iterator[float]:
        """Yield the share of the class that bears the claim out."""
        import torch

        for first, last in _batches(len(premises)):
            pairs = list(premises[first:last]), list(claims[first:last])
            batch = self._tokenizer(
                *pairs, truncation="only_first", max_length=_LONGEST, padding=True, return_tensors="pt"
            )
            with torch.inference_mode():
                logits = self._model(**batch).logits.float().numpy()
            yield from (float(chance) for chance in _shares(logits)[:, self._column])


class AnswerReader:
    """A T5 that was taught to answer "0" or "1" to a document and a claim."""

    def __init__(self, folder: Path) -> None:
        """Load the weights and their tokenizer."""
        from transformers import T5ForConditionalGeneration

        self._tokenizer = _tokenizer(folder)
        self._model = T5ForConditionalGeneration.from_pretrained(folder, local_files_only=True).eval()

    def chances(self, premises: Sequence[str], claims: Sequence[str]) -> Iterator[float]:
        """Yield the chance of "1" against "0" as the answer's first piece."""
        import torch

        end = self._tokenizer.eos_token
        for first, last in _batches(len(premises)):
            pairs = zip(premises[first:last], claims[first:last], strict=True)
            texts = [f"predict: {premise}{end}{claim}" for premise, claim in pairs]
            batch = self._tokenizer(texts, truncation=True, max_length=_LONGEST_T5, padding=True, return_tensors="pt")
            start = torch.zeros((len(texts), 1), dtype=torch.long)
            with torch.inference_mode():
                logits = self._model(
                    input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], decoder_input_ids=start
                ).logits
            yield from (float(chance) for chance in _shares(logits[:, 0, _ANSWERS].float().numpy())[:, 1])


class HhemReader:
    """A T5 encoder with two classes at the first place; its folder also needs the tokenizer of flan-t5-base."""

    def __init__(self, folder: Path) -> None:
        """Raise ``RuntimeError`` where the weights are not such a network's."""
        from safetensors.torch import load_file
        from transformers import T5Config, T5ForTokenClassification

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._prompt = str(config.get("prompt", _HHEM_PROMPT))
        self._tokenizer = _tokenizer(folder)
        weights = {name.removeprefix("t5."): value for name, value in load_file(folder / "model.safetensors").items()}
        self._model = T5ForTokenClassification(T5Config(**_shape_of(weights))).eval()  # type: ignore[no-untyped-call] # transformers types it in part
        missing, unknown = self._model.load_state_dict(weights, strict=False)
        if unknown or any("embed_tokens" not in name for name in missing):
            raise RuntimeError

    def chances(self, premises: Sequence[str], claims: Sequence[str]) -> Iterator[float]:
        """Yield the share of the second class at the first place."""
        import torch

        for first, last in _batches(len(premises)):
            pairs = zip(premises[first:last], claims[first:last], strict=True)
            texts = [self._prompt.format(text1=premise, text2=claim) for premise, claim in pairs]
            batch = self._tokenizer(texts, truncation=True, max_length=_LONGEST_T5, padding=True, return_tensors="pt")
            with torch.inference_mode():
                logits = self._model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
            yield from (float(chance) for chance in _shares(logits[:, 0, :].float().numpy())[:, 1])


def _shape_of(weights: Mapping[str, Any]) -> dict[str, Any]:
    """Return the network's sizes by its weights, since the folder names another model's configuration for them."""
    first = "transformer.encoder.block.0.layer"
    inner, size = weights[f"{first}.0.SelfAttention.q.weight"].shape
    heads = weights[f"{first}.0.SelfAttention.relative_attention_bias.weight"].shape[1]
    gated = f"{first}.1.DenseReluDense.wi_0.weight" in weights
    hidden = weights[f"{first}.1.DenseReluDense.{'wi_0' if gated else 'wi'}.weight"].shape[0]
    blocks = {name.split(".")[3] for name in weights if name.startswith("transformer.encoder.block.")}
    return {
        "vocab_size": weights["transformer.shared.weight"].shape[0],
        "d_model": size,
        "d_kv": inner // heads,
        "d_ff": hidden,
        "num_layers": len(blocks),
        "num_heads": heads,
        "feed_forward_proj": "gated-gelu" if gated else "relu",
        "num_labels": 2,
    }


def _tokenizer(folder: Path) -> Any:  # noqa: ANN401 - transformers has no type for any tokenizer
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    try:
        return AutoTokenizer.from_pretrained(folder, local_files_only=True)  # type: ignore[no-untyped-call] # transformers types it in part
    except (ValueError, KeyError):
        # A kind of model that transformers does not know names no kind of tokenizer either.
        return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **_T5_MARKS)  # type: ignore[no-untyped-call] # transformers types it in part


def _supporting(labels: Mapping[int, str]) -> int:
    """Return the column of the class that bears a claim out, by its name or, of two without names, the second."""
    for name in _SUPPORTING:
        for column, label in labels.items():
            if label.strip().lower() == name:
                return int(column)
    raise ValueError


def _batches(count: int) -> Iterator[tuple[int, int]]:
    return ((first, min(first + _BATCH, count)) for first in range(0, count, _BATCH))


def _shares(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return found
