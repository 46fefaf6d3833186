"""The full export of an account: archive, tables for people, and the script that checks it."""
