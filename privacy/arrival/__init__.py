"""Rows on their way into an account: an export that comes back, or the account itself from another region."""
