"""Who could be one person: records compared fact by fact, weighed, and told in words (features B5)."""
