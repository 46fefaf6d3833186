"""Takes out of pictures and films what they carry besides the picture: place, camera, time, comments (ASVS 14.2.8).

Nothing is decoded and no pixel changes: the container is walked, what shows the picture is passed on, the rest is left
out, or blanked where later parts are found by their offset. What turns a picture upright stays.
"""
