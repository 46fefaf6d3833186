"""Pages of services, the diary and appointments."""
