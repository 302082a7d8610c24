"""A night on a virtual clock, through the real ledger and its scheduling."""
