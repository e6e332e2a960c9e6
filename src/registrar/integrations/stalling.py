"""Tells when nothing goes over the network any more, whatever library waits for it.

Libraries limit the wait for an answer, most of them; hardly any limits the wait for a server that
takes no more of what is sent. The kernel counts the bytes that arrived on each connection.

Run by its source, in a process of its own, this is a module of the environment with a limit:
``python -I -c SOURCE <seconds> <module> <arguments…>``.
"""

import os
import runpy
import socket
import struct
import sys
import threading
import time

STALLED = 124
"""The exit code of a module that was ended."""
_TCP = (socket.AF_INET, socket.AF_INET6)
_BUSY = 0.1
"""The part of the time for which the process itself computes: then it does not wait."""
_INFO, _COUNTS = 136, 120
"""Bytes of ``struct tcp_info`` as far as we read it, and where ``tcpi_bytes_acked`` and
``tcpi_bytes_received`` begin; source: linux/tcp.h, Linux 4.2."""


def counted() -> dict[str, int] | None:
    """The bytes that went over each TCP connection of this process; None where none are open.

    Sent bytes count when the other side has them. Linux alone tells.
    """
    found = {}
    try:
        numbers = os.listdir("/proc/self/fd")
    except OSError:
        return None
    for number in numbers:
        try:
            name = os.readlink(f"/proc/self/fd/{number}")
            if not name.startswith("socket:"):
                continue
            with socket.socket(fileno=os.dup(int(number))) as one:
                if one.family not in _TCP:
                    continue
                told = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO)
            found[name] = sum(struct.unpack_from("QQ", told, _COUNTS))
        except (OSError, struct.error, AttributeError):  # closed meanwhile, no TCP, no Linux
            continue
    return found or None


class Flow:
    """Looks now and then whether bytes flow: more than ``rate`` a second, over ``seconds``."""

    def __init__(self, seconds: float, rate: float = 0) -> None:
        self._seconds, self._least = seconds, rate * seconds
        self._seen: dict[str, int] = counted() or {}
        self._begin()

    def stalled(self) -> bool:
        """Tell that connections are open, and for so many seconds hardly anything went over any."""
        now = counted()
        for name, size in (now or {}).items():
            before = self._seen.get(name, 0)
            self._moved += size - before if size >= before else size
        self._seen = now or {}
        waited = time.monotonic() - self._since
        if now is None or self._moved > self._least:
            self._begin()
        elif waited >= self._seconds:
            if time.process_time() - self._computed <= _BUSY * waited:
                return True
            self._begin()
        return False

    def _begin(self) -> None:
        self._moved = 0
        self._since, self._computed = time.monotonic(), time.process_time()


def cut() -> None:
    """End every TCP connection of this process: whoever waits for one gets an error.

    Pairs of sockets within the process stay: an event loop whose own is shut wakes without end.
    """
    for number in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{number}").startswith("socket:"):
                with socket.socket(fileno=os.dup(int(number))) as one:
                    if one.family in _TCP:
                        one.getpeername()
                        one.shutdown(socket.SHUT_RDWR)
        except OSError:  # closed meanwhile, or no connection
            continue


def _watch(seconds: float) -> None:
    flow = Flow(seconds)
    while not flow.stalled():
        time.sleep(min(1, seconds / 4))
    os._exit(STALLED)  # whoever waits cannot be told


def main() -> None:
    """Run a module, ended where it stalls."""
    seconds, module = float(sys.argv[1]), sys.argv[2]
    sys.argv[:3] = [module]
    threading.Thread(target=_watch, args=(seconds,), daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
