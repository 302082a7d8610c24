"""Speech models of a few thousand random weights, in the formats of the real ones, made by the tests themselves."""

import json
from pathlib import Path

import torch
from ctranslate2.converters import TransformersConverter
from faster_whisper.tokenizer import _LANGUAGE_CODES
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    GenerationConfig,
    Wav2Vec2Config,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForCTC,
    Wav2Vec2Processor,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
    WhisperTokenizerFast,
)

_CONTROLS = ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]


#: Start, language, task and "no timestamps" come before the first word.
_PROMPT_TOKENS = 4


def whisper(folder: Path, says: str, language: str = "en") -> Path:
    """Make a Whisper model as faster-whisper loads it (CTranslate2, with a real byte-level tokenizer); return where.

    Its weights are random but for one thing: its decoder's position embeddings make it say the same in every piece.
    """
    torch.manual_seed(0)
    tokenizer = _whisper_tokenizer()
    source = folder / "transformers"
    model = WhisperForConditionalGeneration(_whisper_config(tokenizer))
    torch.nn.init.normal_(model.model.decoder.embed_tokens.weight)
    _teach(model, [f"<|{language}|>"], tokenizer, 0)
    _teach(model, [*tokenizer.encode(says, add_special_tokens=False).tokens, "<|endoftext|>"], tokenizer)
    languages = {code: tokenizer.token_to_id(f"<|{code}|>") for code in _LANGUAGE_CODES}
    model.generation_config = GenerationConfig(lang_to_id=languages)
    model.save_pretrained(source)
    fast = WhisperTokenizerFast(tokenizer_object=tokenizer, unk_token="<|endoftext|>")  # noqa: S106 - a token of text
    fast.save_pretrained(source)
    WhisperFeatureExtractor().save_pretrained(source)
    converter = TransformersConverter(str(source), copy_files=["tokenizer.json", "preprocessor_config.json"])
    return Path(converter.convert(str(folder / "ctranslate2"), force=True))


def aligner(folder: Path, seed: int = 0) -> Path:
    """Make a wav2vec 2.0 model for English letters, as whisperX aligns with; return where."""
    torch.manual_seed(seed)
    letters = ["<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefghijklmnopqrstuvwxyz'"]
    vocabulary = folder / "vocab.json"
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary.write_text(json.dumps({letter: index for index, letter in enumerate(letters)}))
    config = Wav2Vec2Config(
        vocab_size=len(letters),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        conv_dim=(8,) * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=2,
    )
    Wav2Vec2ForCTC(config).save_pretrained(folder)
    Wav2Vec2Processor(Wav2Vec2FeatureExtractor(), Wav2Vec2CTCTokenizer(str(vocabulary))).save_pretrained(folder)
    return folder


def _teach(
    model: WhisperForConditionalGeneration, tokens: list[str], tokenizer: Tokenizer, first: int = _PROMPT_TOKENS - 1
) -> None:
    """Let the decoder say these tokens after the given position, whatever it hears."""
    decoder = model.model.decoder
    with torch.no_grad():
        for layer in decoder.layers:
            for part in (layer.self_attn.out_proj, layer.encoder_attn.out_proj, layer.fc2):
                part.weight.zero_()
                part.bias.zero_()
        for place, token in enumerate(tokens, first):
            said = decoder.embed_tokens.weight[tokenizer.token_to_id(token)]
            decoder.embed_positions.weight[place] = 20 * said


def _whisper_tokenizer() -> Tokenizer:
    """Return byte-level BPE with a few merges, and Whisper's control tokens in Whisper's order."""
    pieces = sorted(pre_tokenizers.ByteLevel.alphabet())
    merges = [("Ġ", "t"), ("h", "e"), ("Ġt", "he"), ("i", "n"), ("a", "n"), ("Ġ", "a")]
    # By the empty token CTranslate2 tells a model that knows more than English.
    pieces += ["".join(merge) for merge in merges] + [""]
    vocabulary = {piece: index for index, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    names = ["endoftext", "startoftranscript", *_LANGUAGE_CODES, *_CONTROLS]
    tokenizer.add_special_tokens([f"<|{name}|>" for name in names])
    tokenizer.add_tokens([f"<|{step * 0.02:.2f}|>" for step in range(1501)])
    return tokenizer


def _whisper_config(tokenizer: Tokenizer) -> WhisperConfig:
    start, end = tokenizer.token_to_id("<|startoftranscript|>"), tokenizer.token_to_id("<|endoftext|>")
    return WhisperConfig(
        vocab_size=tokenizer.get_vocab_size(),
        d_model=64,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=end,
        decoder_start_token_id=start,
        begin_suppress_tokens=None,
    )
