"""What can be looked at here and now: functions that each return one piece of evidence of the active account."""
