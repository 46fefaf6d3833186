"""What happens to clients that a higher app may want to hear of; listeners only enqueue work (house.md 2)."""

from django.dispatch import Signal

# Somebody may do more for a client than before; sent in the account's open transaction with `relationship`, whose
# client is the one to be told
newly_shared = Signal()
