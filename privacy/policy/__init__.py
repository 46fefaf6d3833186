"""The public privacy policy, written anew for each reader from the registry and the configuration that run (DC-6)."""
