"""Who stands by a client: said, changed, ended, shown; what they may do for them and until when (features B7)."""
