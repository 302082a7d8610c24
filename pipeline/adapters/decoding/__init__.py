"""Sound out of untrusted bytes, inside a sandbox."""
