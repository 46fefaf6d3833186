"""Series: a rule that visits repeat by; every occurrence is checked before any is booked, and is a visit of its own."""
