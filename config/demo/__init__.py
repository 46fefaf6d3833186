"""Everything that runs Keepwell on one machine: embedded servers, mail catcher, supervisor, the commands' checks."""
