"""A drafter that asks a language model over the OpenAI-compatible protocol, and believes no citation unchecked."""

from pipeline.adapters.drafting.llm.drafter import LlmDrafter
from pipeline.adapters.drafting.llm.endpoint import LlmOptions

__all__ = ["LlmDrafter", "LlmOptions"]
