"""What Nightscribe does to a session; runs and is tested with no broker."""
