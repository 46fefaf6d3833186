"""The canary: words nobody else has go through the product in one region, and are looked for everywhere (RP-7, CR-6)."""
