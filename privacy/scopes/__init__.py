"""What an export holds: the account, one client, what a practitioner takes along, or what was chosen; each is data."""
