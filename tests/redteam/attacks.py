"""What foreign code would do in a sandbox: each function is one attack, run by the real launcher.

An attack that works returns what it got, or leaves a trace that the scene sees; one that is
stopped raises, or is killed. ``scene`` says where everything is.
"""

from __future__ import annotations

import ctypes
import mmap
import os
import platform
import resource
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from kernel_attacks import KERNEL_ATTACKS

Scene = Mapping[str, Any]
_LIBC = ctypes.CDLL(None, use_errno=True)
_X86 = platform.machine() == "x86_64"
_MANY = 600


def _checked(answer: int) -> int:
    if answer < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return answer


def _syscall(number: int, *words: Any) -> int:
    whole = [ctypes.c_long(word) if isinstance(word, int) else word for word in words]
    return _checked(_LIBC.syscall(ctypes.c_long(number), *whole))


def open_a_tcp_socket(scene: Scene) -> str:
    with socket.create_connection(("127.0.0.1", scene["tcp"]), timeout=2) as found:
        found.sendall(b"tcp")
    return ""


def open_a_udp_socket(scene: Scene) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.sendto(b"udp", ("127.0.0.1", scene["udp"]))
    return ""


def open_a_unix_socket(scene: Scene) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.sendto(b"unix", scene["unix"])
    return ""


def open_an_abstract_unix_socket(scene: Scene) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as found:
        found.sendto(b"abstract", "\0" + scene["abstract"])
    return ""


def resolve_a_name(scene: Scene) -> str:
    answer = socket.getaddrinfo("localhost", 80)  # in /etc/hosts: no server has to answer
    return str(answer[0][4][0])


def read_the_home_folder(scene: Scene) -> str:
    return Path(scene["home"], ".netrc").read_text(encoding="utf-8")


def read_the_home_folder_around_proc(scene: Scene) -> str:
    return Path(f"/proc/self/root{scene['home']}/.netrc").read_text(encoding="utf-8")


def read_etc_shadow(scene: Scene) -> str:
    return Path("/etc/shadow").read_text(encoding="utf-8")[:4]


def read_the_environment_of_the_parent(scene: Scene) -> str:
    text = Path(f"/proc/{scene['parent']}/environ").read_bytes().decode()
    return scene["secret"] if scene["secret"] in text else ""


def read_its_own_environment(scene: Scene) -> str:
    return os.environ["REGISTRAR_PLANTED"]


def use_an_open_descriptor(scene: Scene) -> str:
    return os.pread(scene["descriptor"], 100, 0).decode()


def write_outside(scene: Scene) -> str:
    Path(scene["outside"], "marker").write_bytes(b"written")
    return ""


def write_to_the_own_entry(scene: Scene) -> str:
    Path(scene["entry"], "model").write_bytes(b"changed")
    return ""


def empty_the_own_entry(scene: Scene) -> str:
    os.close(os.open(f"{scene['entry']}/model", os.O_RDONLY | os.O_TRUNC))
    return ""


def change_modes_outside(scene: Scene) -> str:
    os.chmod(f"{scene['outside']}/kept", 0o777)
    return ""


def leave_a_link_for_the_parent(scene: Scene) -> str:
    os.symlink(scene["outside"], "link")
    return os.readlink("link")


def start_a_shell(scene: Scene) -> str:
    done = subprocess.run(["/bin/sh", "-c", "echo from a shell"], capture_output=True, check=True)
    return done.stdout.decode()


def replace_itself_by_a_shell(scene: Scene) -> str:
    os.execv("/bin/sh", ["/bin/sh", "-c", f"echo > {scene['outside']}/marker"])


def signal_the_parent(scene: Scene) -> str:
    import signal

    os.kill(scene["parent"], signal.SIGUSR1)
    time.sleep(0.2)
    return ""


def kill_another_process(scene: Scene) -> str:
    os.kill(scene["victim"], 9)
    return ""


def kill_the_watcher(scene: Scene) -> str:
    os.kill(os.getppid(), 9)
    return "killed"


def trace_the_parent(scene: Scene) -> str:
    _checked(_LIBC.ptrace(0x4206, scene["victim"], 0, 0))  # PTRACE_SEIZE
    return "traced"


def read_the_memory_of_the_parent(scene: Scene) -> str:
    with open(f"/proc/{scene['victim']}/maps", encoding="utf-8") as maps:
        start = int(maps.readline().split("-")[0], 16)
    buffer = ctypes.create_string_buffer(4)
    local = (ctypes.c_size_t * 2)(ctypes.addressof(buffer), 4)
    remote = (ctypes.c_size_t * 2)(start, 4)
    _syscall(310 if _X86 else 270, scene["victim"], local, 1, remote, 1, 0)
    return repr(buffer.raw)


def fork_without_end(scene: Scene) -> str:
    for _ in range(_MANY):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    time.sleep(0.5)
    return f"{_MANY} processes"


def start_threads_without_end(scene: Scene) -> str:
    threading.stack_size(64 * 1024)
    for _ in range(_MANY):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    time.sleep(0.5)
    return f"{_MANY} threads"


def allocate_without_end(scene: Scene) -> str:
    held = bytearray(512 * 1024 * 1024)
    for at in range(0, len(held), 4096):
        held[at] = 1
    time.sleep(0.3)
    return f"{len(held)} bytes"


def change_the_limits_back(scene: Scene) -> str:
    for limit in (resource.RLIMIT_AS, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return "unlimited"


def fill_the_disk(scene: Scene) -> str:
    for number in range(40):
        Path(f"file{number}").write_bytes(bytes(1 << 20))
    time.sleep(0.5)
    return "40 MiB"


def fork_twice_and_stay(scene: Scene) -> str:
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.setsid()
            time.sleep(1.5)
            Path(scene["outside"], "marker").write_bytes(b"survived")
        os._exit(0)
    return ""


def mount_something(scene: Scene) -> str:
    _checked(_LIBC.mount(b"none", os.getcwd().encode(), b"tmpfs", 0, None))
    _checked(_LIBC.umount2(os.getcwd().encode(), 2))  # not in the way where it works
    return "mounted"


def make_namespaces(scene: Scene) -> str:
    _checked(_LIBC.unshare(0x10000000 | 0x00020000))  # CLONE_NEWUSER, CLONE_NEWNS
    return "unshared"


def use_the_kernels_keyring(scene: Scene) -> str:
    return str(_syscall(248 if _X86 else 217, b"user", b"registrar", b"x", 1, -3))


def set_up_io_uring(scene: Scene) -> str:
    return str(_syscall(425, 1, ctypes.create_string_buffer(120)))


def share_memory_with_others(scene: Scene) -> str:
    made = _syscall(29 if _X86 else 194, 0, 4096, 0o1600)
    _checked(_LIBC.shmctl(made, 0, None))  # IPC_RMID
    return f"segment {made}"


def call_by_another_architecture(scene: Scene) -> str:
    """``int 0x80`` with getpid of i386: numbers mean other calls there."""
    code = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"  # mov eax, 20; int 0x80; ret
    page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
    return str(call())


ATTACKS: dict[str, Callable[[Scene], str]] = {
    function.__name__: function
    for function in list(globals().values())
    if callable(function) and getattr(function, "__annotations__", {}).get("scene") == "Scene"
} | KERNEL_ATTACKS


def run(argument: Mapping[str, Any], send: Callable[[object], None]) -> None:
    """The job: one attack."""
    try:
        send({"got": ATTACKS[argument["attack"]](argument)})
    except BaseException as error:
        send({"stopped": f"{type(error).__name__}: {error}"})
        raise SystemExit(1) from error
