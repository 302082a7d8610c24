"""Keys: the one that wraps data keys, the one that signs, and the one that uploaders encrypt to."""
