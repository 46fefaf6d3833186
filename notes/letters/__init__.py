"""Letters from templates: written for one client, signed into a PDF that nothing changes, sent by a link (features I2)."""
