"""The services that a practice offers: their list, their forms and pages, their prices."""
