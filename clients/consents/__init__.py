"""Consents and the privacy notice: what people are asked, what they answered, what holds now (features F2, B3)."""
