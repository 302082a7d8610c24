"""What the speech engines are worth: ``python -m bench.speech``."""
