"""One appointment and what is done with it: booking, moving, cancelling, attending; each verb is a module."""
