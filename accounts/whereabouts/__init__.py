"""Where each part that this process was given really stands: declared by its setting, asked of the part itself (RP-5)."""
