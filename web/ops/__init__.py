"""The dashboard for those who run the machines: queues, workers, promises; nothing of a session's content."""
