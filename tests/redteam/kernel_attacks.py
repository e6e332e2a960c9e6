"""More attacks: around the doors that everybody knows, through what the kernel offers besides.

As in ``attacks.py``: each function is one attack, and returns what it got.
"""

from __future__ import annotations

import array
import ctypes
import fcntl
import mmap
import os
import platform
import socket
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Scene = Mapping[str, Any]
_LIBC = ctypes.CDLL(None, use_errno=True)
_X86 = platform.machine() == "x86_64"
_SETSIG, _UNLINKED, _MIB = 10, 40, 1 << 20


def _syscall(number: int, *words: Any) -> int:
    whole = [ctypes.c_long(word) if isinstance(word, int) else word for word in words]
    answer = _LIBC.syscall(ctypes.c_long(number), *whole)
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(answer)


def open_a_socket_of_any_family(scene: Scene) -> str:
    """netlink, vsock, packet, alg, bluetooth …: whatever this kernel has."""
    opened, last = [], OSError()
    for family in range(46):
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                socket.socket(family, kind).close()
                opened.append(family)
            except OSError as error:
                last = error
    if not opened:
        raise last
    return str(sorted(set(opened)))


def open_a_raw_socket(scene: Scene) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP):
        return "raw"


def send_out_of_a_socket_pair(scene: Scene) -> str:
    """Neither ``socket`` nor ``connect``: one of a pair of datagram sockets sends anywhere."""
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"unix", scene["unix"])
    return ""


def send_out_of_a_socket_pair_to_an_abstract_name(scene: Scene) -> str:
    one, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    one.sendto(b"abstract", "\0" + scene["abstract"])
    return ""


def open_a_message_queue(scene: Scene) -> str:
    """Landlock refuses the descriptor after the kernel made the queue: it stays until unlinked."""
    name = scene["queue"].encode()
    made = _syscall(240 if _X86 else 180, name, os.O_CREAT | os.O_RDWR, 0o600, None)
    _syscall(241 if _X86 else 181, name)
    return f"queue {made}"


def attach_shared_memory_of_another(scene: Scene) -> str:
    _LIBC.shmat.restype = ctypes.c_void_p
    address = _LIBC.shmat(scene["segment"], None, 0o10000)
    if address in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return ctypes.string_at(address, len(scene["secret"])).decode()


def remove_semaphores_of_another(scene: Scene) -> str:
    _syscall(66 if _X86 else 191, scene["semaphore"], 0, 0, 0)  # IPC_RMID
    return "removed"


def link_a_file_into_the_temporary_folder(scene: Scene) -> str:
    os.link(f"{scene['outside']}/kept", "kept")
    Path("kept").write_bytes(b"changed")
    return "linked"


def move_a_file_out(scene: Scene) -> str:
    Path("made").write_bytes(b"moved")
    os.rename("made", f"{scene['outside']}/marker")
    return ""


def plant_a_module(scene: Scene) -> str:
    """Where the next start of Python, of anybody, runs it."""
    Path(scene["packages"], "sitecustomize.py").write_bytes(b"import os")
    return "planted"


def plant_bytecode(scene: Scene) -> str:
    folder = Path(scene["packages"], "__pycache__")
    folder.mkdir(exist_ok=True)
    (folder / "helper.cpython-311.pyc").write_bytes(b"\0" * 16)
    return "planted"


def open_a_terminal(scene: Scene) -> str:
    os.close(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))
    return "a terminal"


def see_other_processes(scene: Scene) -> str:
    return "seen" if str(scene["victim"]) in os.listdir("/proc") else ""


def write_the_memory_of_the_watcher(scene: Scene) -> str:
    parent = os.getppid()
    with open(f"/proc/{parent}/maps", encoding="ascii") as maps:
        place = next(line.split("-")[0] for line in maps if " rw-p " in line)
    with open(f"/proc/{parent}/mem", "r+b", buffering=0) as memory:
        memory.seek(int(place, 16))
        kept = memory.read(8)
        memory.seek(int(place, 16))
        memory.write(kept)  # the same again: whoever may write this may write code
    return "written"


def write_the_memory_of_another(scene: Scene) -> str:
    with open(f"/proc/{scene['victim']}/maps", encoding="ascii") as maps:
        place = int(next(line.split("-")[0] for line in maps if " rw-p " in line), 16)
    buffer = ctypes.create_string_buffer(8)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 8)
    remote = (ctypes.c_size_t * 2)(place, 8)
    words = (scene["victim"], local, 1, remote, 1, 0)
    _syscall(310 if _X86 else 270, *words)
    return str(_syscall(311 if _X86 else 271, *words))


def take_a_descriptor_of_another(scene: Scene) -> str:
    handle = _syscall(434, scene["victim"], 0)
    return str(_syscall(438, handle, 0, 0))


def have_the_kernel_kill_another(scene: Scene) -> str:
    """No ``kill``: the kernel itself signals the owner of a pipe that can be read."""
    readable, writable = os.pipe()
    fcntl.fcntl(readable, fcntl.F_SETOWN, scene["victim"])
    fcntl.fcntl(readable, _SETSIG, 9)
    fcntl.fcntl(readable, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    os.write(writable, b"x")
    time.sleep(0.2)
    return ""


def slow_another_process(scene: Scene) -> str:
    os.setpriority(os.PRIO_PROCESS, scene["victim"], 19)
    return "slowed"


def pin_another_process(scene: Scene) -> str:
    os.sched_setaffinity(scene["victim"], {min(os.sched_getaffinity(0))})
    return "pinned"


def fork_by_clone3(scene: Scene) -> str:
    words = (ctypes.c_uint64 * 8)(0, 0, 0, 0, 17)  # exit_signal SIGCHLD
    if _syscall(435, words, ctypes.sizeof(words)) == 0:
        os._exit(0)
    return "forked"


def enter_a_namespace(scene: Scene) -> str:
    handle = os.open("/proc/self/ns/uts", os.O_RDONLY)
    return str(_syscall(308 if _X86 else 268, handle, 0x04000000))


def handle_page_faults(scene: Scene) -> str:
    return str(_syscall(323 if _X86 else 282, 1))  # UFFD_USER_MODE_ONLY


def fill_memory_that_nobody_maps(scene: Scene) -> str:
    held = [os.memfd_create(str(number)) for number in range(60)]
    for handle in held:
        os.write(handle, bytes(8 * _MIB))
    time.sleep(0.3)
    return f"{len(held) * 8} MiB"


def fill_the_disk_without_names(scene: Scene) -> str:
    held = []
    for number in range(_UNLINKED):
        held.append(os.open(f"file{number}", os.O_RDWR | os.O_CREAT))
        os.unlink(f"file{number}")
        os.write(held[-1], bytes(_MIB))
    time.sleep(0.5)
    return f"{len(held)} MiB"


def fill_the_disk_behind_mappings(scene: Scene) -> str:
    """Files without a name and without a descriptor: a page of each is mapped."""
    held = []
    for number in range(_UNLINKED):
        handle = os.open(f"file{number}", os.O_RDWR | os.O_CREAT)
        os.unlink(f"file{number}")
        os.write(handle, bytes(_MIB))
        address = _LIBC.mmap(None, 4096, mmap.PROT_READ, mmap.MAP_SHARED, handle, 0)
        held.append(address)
        os.close(handle)
    time.sleep(0.5)
    return f"{len(held)} MiB"


def fill_the_disk_in_flight(scene: Scene) -> str:
    """Files without a name whose descriptors are on their way to oneself."""
    one, _other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    for number in range(_UNLINKED):
        handle = os.open(f"file{number}", os.O_RDWR | os.O_CREAT)
        os.unlink(f"file{number}")
        os.write(handle, bytes(_MIB))
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [handle]))
        one.sendmsg([b"x"], [rights])
        os.close(handle)
    time.sleep(0.5)
    return f"{_UNLINKED} MiB"


def fill_the_disk_too_deep_to_see(scene: Scene) -> str:
    for _ in range(30):
        os.mkdir("d" * 200)
        os.chdir("d" * 200)
    for number in range(_UNLINKED):
        Path(f"file{number}").write_bytes(bytes(_MIB))
    time.sleep(0.5)
    return f"{_UNLINKED} MiB"


def fill_the_disk_in_a_folder_that_moves(scene: Scene) -> str:
    """Whoever counts what is in the folder finds it under neither of its names."""
    os.mkdir("one")
    for number in range(_UNLINKED):
        Path(f"one/file{number}").write_bytes(bytes(_MIB))
    ends = time.monotonic() + 1
    while time.monotonic() < ends:
        os.rename("one", "other")
        os.rename("other", "one")
    return f"{_UNLINKED} MiB"


KERNEL_ATTACKS: dict[str, Callable[[Scene], str]] = {
    function.__name__: function
    for function in list(globals().values())
    if callable(function) and getattr(function, "__annotations__", {}).get("scene") == "Scene"
}
