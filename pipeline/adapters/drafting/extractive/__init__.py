"""The embedded drafter: selects and arranges what was said, every sentence cited."""

from pipeline.adapters.drafting.extractive.drafter import ENGINE, ExtractiveDrafter

__all__ = ["ENGINE", "ExtractiveDrafter"]
