"""Who else handles data, told to Owners: whom they hear of before the first call, and to whom they can object (TP-1)."""
