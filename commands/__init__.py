"""The command line `nightscribe`, one module a command group."""
