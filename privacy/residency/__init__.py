"""Proof of where an account's data lies: looked for in every store of every region, counted, signed (RP-6)."""
