"""Models asked beside the typed checks: an embedding model, an entailment model, a language model."""
