"""The promises of the privacy policy: what each says, what keeps it, and what shows here and now that it is kept."""
