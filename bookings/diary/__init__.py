"""The diary of a practice: what is asked for, what is read, where it lies, how it is written."""
