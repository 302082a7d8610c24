"""The audit log: what is recorded, how entries are chained, how a chain is checked and vouched for."""
