"""The disclosure ledger: who got data about a client (features 4.10, promise P4).

What counts: whatever about a client leaves Keepwell for a person or a program, and what somebody takes out of it: a
print, a downloaded file, an export, a letter, a link that was opened. One row each time, written in the transaction in
which it leaves; a way out that writes none is stopped (`outward`).

What does not count, because it goes to nobody new: pages that members read (the audit has those), messages to a client
about their own appointments (the log of messages has them), the calendar file that a client keeps of their own
booking, the day on paper that a practice prints for itself, and what processors do on the vendor's behalf.
"""
