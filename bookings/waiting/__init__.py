"""The waiting list: who would come sooner, whom a free time suits, and the offers made to them (features C13)."""
