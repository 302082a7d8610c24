"""Settings, and how they become adapters; the only reader of the environment."""
