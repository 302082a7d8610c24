"""What is spoken in a session and may be found nowhere."""

#: Words that nothing else says.
PHRASE = "vermilion heliotrope zanzibar"
