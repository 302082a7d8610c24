"""The outside world behind the ports: databases, stores, keys, models, sandboxes."""
