"""Work on bytes that nobody trusts, in a process that can do nothing but compute.

A child of its own for each piece of work: no credentials and no settings in its environment, limits on memory, time
and output, and, once its code is loaded and before it sees a byte, no more files, no network, no new processes, no
signals (seccomp on Linux, empty limits everywhere). What it is handed comes by a pipe and its result goes back by one,
and the result is taken for what it is: bytes from a process that may have been taken over.
"""
