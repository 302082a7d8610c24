"""What surrounds the program: migrations and deployment."""
