"""Moving an account to another region: still, copied, compared, opened there, deleted here, certified (RP-11)."""
