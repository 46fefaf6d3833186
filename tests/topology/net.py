"""Network namespaces: each region's machines on a net of their own, joined to control and to nobody else."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

IP = shutil.which("ip", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or "/sbin/ip"


class NotHere(RuntimeError):
    """This machine lets us make no namespaces."""


@dataclass(frozen=True, slots=True)
class Net:
    """A region's net: its name, its own address, and the one at which it sees control."""

    name: str
    address: str
    control: str

    def inside(self, *command: object) -> list[str]:
        """Return a command as it runs in this net."""
        return [IP, "netns", "exec", self.name, *map(str, command)]


@contextmanager
def nets(*codes: str) -> Iterator[dict[str, Net]]:
    """Make a net for each region, and take them away; raise `NotHere` where that isn't allowed."""
    number = os.getpid()
    with ExitStack() as stack:
        made = {}
        for place, code in enumerate(codes):
            prefix = f"10.{100 + number // 250 % 100}.{number % 250}"
            net = Net(f"kw{number}{code}", f"{prefix}.{4 * place + 2}", f"{prefix}.{4 * place + 1}")
            try:
                _ip("netns", "add", net.name)
                stack.callback(_ip, "netns", "del", net.name)
                _join(net, f"kw{number % 100000}{code}")
            except (OSError, subprocess.CalledProcessError) as failure:
                raise NotHere(str(failure)) from failure
            made[code] = net
        yield made


def _join(net: Net, cable: str) -> None:
    """Lay a cable between a net and control, and no way beyond."""
    _ip("link", "add", f"{cable}0", "type", "veth", "peer", "name", f"{cable}1", "netns", net.name)
    _ip("addr", "add", f"{net.control}/30", "dev", f"{cable}0")
    _ip("link", "set", f"{cable}0", "up")
    _ip("-n", net.name, "addr", "add", f"{net.address}/30", "dev", f"{cable}1")
    _ip("-n", net.name, "link", "set", f"{cable}1", "up")
    _ip("-n", net.name, "link", "set", "lo", "up")


def _ip(*words: str) -> None:
    subprocess.run([IP, *words], check=True, capture_output=True)
