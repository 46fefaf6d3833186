"""Body charts: what is drawn or named on a figure, kept as data, shown as a picture and in words."""
