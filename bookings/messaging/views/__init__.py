"""Pages about messages: the log, the words, the choices."""
