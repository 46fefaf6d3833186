"""The pages of consents and of the privacy notice."""
