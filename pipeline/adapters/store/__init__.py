"""Where ciphertext lies: a local folder or S3, and the encryption in front of both."""
