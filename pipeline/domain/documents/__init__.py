"""The JSON documents of docs/formats.md, to and from the domain; pure."""
