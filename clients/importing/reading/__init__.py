"""Reading tables that somebody else wrote: encodings, delimiters, headings, dates, amounts. Knows no database."""
