"""Episodes of care: what a referral or funder allows, how much of it is used, and a warning before it is passed (B8)."""
