"""Forms for clients: intake questions and outcome measures, sent by a signed link or filled in at the practice (F1, F3)."""
