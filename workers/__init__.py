"""How the work is delivered: the broker, one small actor a stage, the sweep."""
