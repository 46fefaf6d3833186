"""The bench: how fast the product is beside raw SQL and beside a bare Django app, on scratch databases of its own."""
