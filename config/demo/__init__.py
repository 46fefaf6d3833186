"""All that runs Keepwell on one machine: servers, mail catcher, supervisor, checks."""
