"""Backups of each region and of control: made, listed, ended in time, brought back (RT-9)."""
