"""Judging models of a few thousand random weights, in the formats of the real ones, made by the tests themselves."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
    T5Config,
    T5ForConditionalGeneration,
    T5ForTokenClassification,
)

_TEXT = """
client therapist sleep sleeps about four hours a night sister takes every morning sertraline no yes she he it how have
you been the of and to is was not reported denied anxious . ? , : speaker
"""
_WORDS = _TEXT.split()


_SPECIAL = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}


def _tokenizer() -> Tokenizer:
    vocabulary = {word: number for number, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", *_WORDS])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106 - a token of text
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return tokenizer


def _config(**more: object) -> BertConfig:
    return BertConfig(
        vocab_size=len(_WORDS) + 4,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        **more,
    )


def _save(model: BertModel | BertForSequenceClassification, folder: Path) -> Path:
    model.eval().save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=_tokenizer(), **_SPECIAL).save_pretrained(folder)
    return folder


def embedder(folder: Path) -> Path:
    """Make a BERT encoder; return where."""
    torch.manual_seed(0)
    return _save(BertModel(_config()), folder)


def classifier(folder: Path, always: str, labels: tuple[str, ...] = ("contradiction", "neutral", "entailment")) -> Path:
    """Make an entailment classifier that answers always the same; return where."""
    torch.manual_seed(0)
    names = dict(enumerate(labels))
    config = _config(num_labels=len(labels), id2label=names, label2id={name: n for n, name in names.items()})
    model = BertForSequenceClassification(config)
    torch.nn.init.zeros_(model.classifier.weight)
    with torch.no_grad():
        model.classifier.bias.copy_(torch.tensor([6.0 if label == always else 0.0 for label in labels]))
    return _save(model, folder)


_T5_SPECIAL = {"pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}


def _t5_config() -> T5Config:
    return T5Config(
        vocab_size=256, d_model=16, d_kv=4, d_ff=32, num_layers=2, num_heads=2, feed_forward_proj="gated-gelu",
        num_labels=2, tie_word_embeddings=False,
    )  # fmt: skip


def _save_t5_tokenizer(folder: Path) -> None:
    vocabulary = {word: number for number, word in enumerate(["<pad>", "</s>", "<unk>", *_WORDS, "predict"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))  # noqa: S106 - a token of text
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **_T5_SPECIAL).save_pretrained(folder)


def answerer(folder: Path) -> Path:
    """Make a T5 that answers "0" or "1" as MiniCheck's does; return where."""
    torch.manual_seed(0)
    T5ForConditionalGeneration(_t5_config()).eval().save_pretrained(folder)
    _save_t5_tokenizer(folder)
    return folder


def first_place(folder: Path) -> tuple[Path, T5ForTokenClassification]:
    """Make a T5 encoder with two classes, saved as HHEM's is; return where, and the network."""
    torch.manual_seed(0)
    model = T5ForTokenClassification(_t5_config()).eval()
    weights = {f"t5.{name}": value.clone() for name, value in model.state_dict().items()}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(weights, folder / "model.safetensors")
    shape = {"architectures": ["HHEMv2ForSequenceClassification"], "model_type": "HHEMv2"}
    (folder / "config.json").write_text(json.dumps(shape), encoding="utf-8")
    _save_t5_tokenizer(folder)
    return folder, model
