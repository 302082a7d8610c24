"""How word of inbound objects comes in: S3's events over HTTP or a queue."""
