"""How people prove who they are: passwords, codes, an identity provider."""
