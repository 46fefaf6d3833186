"""Making an archive in two stages, each of which a killed worker leaves so that the next one goes on (EX-5).

First the rows, from one snapshot, into a sealed spool of their own. Then, from the spool and the files that the snapshot
named, the archive itself, in parts of 16 MiB; a row for each part, written before it is sent, holds what it has to be.
"""
