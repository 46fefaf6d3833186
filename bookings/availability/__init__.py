"""When a client can be seen, as pure arithmetic: rows come in, slots go out; no database, no clock."""
