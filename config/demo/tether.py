"""Turns into another program that ends with its starter, and isn't root if asked."""

import argparse
import ctypes
import os
import pwd
import sys

# From <linux/prctl.h> and <linux/capability.h>.
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_SECUREBITS = 28
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
SECBIT_NO_SETUID_FIXUP = 1 << 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class CapabilityHeader(ctypes.Structure):
    """`struct __user_cap_header_struct`."""

    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class CapabilitySet(ctypes.Structure):
    """`struct __user_cap_data_struct`."""

    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def main(arguments: list[str]) -> None:
    """Take `[--user NAME] --parent PID --signal N -- program …` and become that program.

    Runs as a plain script (`python -I -S`), so it imports nothing of the product.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("--user")
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--signal", type=int, required=True)
    parser.add_argument("program", nargs="+")
    asked = parser.parse_args(arguments)
    if asked.user:
        _become(pwd.getpwnam(asked.user))
    if sys.platform == "linux":
        # After the change of user, which would clear it again.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, asked.signal)
        if os.getppid() != asked.parent:
            raise SystemExit("The process that asked for this one is gone.")
    os.execv(asked.program[0], asked.program)


def _become(user: pwd.struct_passwd) -> None:
    """Change to `user` for good, keeping only the right to reach files below a closed folder.

    A checkout in /root is closed to other users. Opening that folder would change the machine, so
    the program keeps CAP_DAC_OVERRIDE instead, where the kernel and the container allow it.
    """
    linux = sys.platform == "linux"
    libc = ctypes.CDLL(None)
    if linux:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        # Else access(2), by which initdb looks for its programs, ignores what we keep.
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    if linux:
        bit = 1 << CAP_DAC_OVERRIDE
        both = (CapabilitySet * 2)(CapabilitySet(bit, bit, bit), CapabilitySet(0, 0, 0))
        header = CapabilityHeader(CAPABILITY_VERSION_3, 0)
        if libc.capset(ctypes.byref(header), both) == 0:
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)
        else:
            none = (CapabilitySet * 2)()
            libc.capset(ctypes.byref(header), none)


if __name__ == "__main__":
    main(sys.argv[1:])
