"""The pages of people's time, behind Settings → Hours."""
