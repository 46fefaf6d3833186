"""Erasing a person for good, and the ledger outside the database that makes restored backups forget again (RT-8)."""
