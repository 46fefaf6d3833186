"""Who saw a client's record: what the audit keeps of it, as the practice reads it and as it goes to the client (AU-10)."""
