"""Files about clients: sealed while they stream in, opened while they stream out, never plain on a disk (features I1)."""
