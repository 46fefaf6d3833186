"""Newer keys for an account or a client while people work: what was sealed before is sealed anew (CR-4)."""
