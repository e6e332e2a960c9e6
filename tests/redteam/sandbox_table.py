"""Which layer of the sandbox stops which attack by itself; ``docs/smoke.md`` shows it as a table."""

from __future__ import annotations

LAYERS = ("limits", "landlock", "seccomp", "bubblewrap")
LAUNCHER = "launcher"
"""Not one of the layers: how the process is started and ended, at every level but ``none``."""

STOPS: dict[str, tuple[str, ...]] = {
    "open_a_tcp_socket": ("landlock", "seccomp", "bubblewrap"),
    "open_a_udp_socket": ("seccomp", "bubblewrap"),
    "open_a_unix_socket": ("seccomp",),
    "open_an_abstract_unix_socket": ("landlock", "seccomp", "bubblewrap"),
    "resolve_a_name": ("landlock", "bubblewrap"),
    "read_the_home_folder": ("landlock", "bubblewrap"),
    "read_the_home_folder_around_proc": ("landlock", "bubblewrap"),
    "read_etc_shadow": ("landlock", "bubblewrap"),
    "read_the_environment_of_the_parent": ("landlock", "bubblewrap"),
    "read_its_own_environment": (LAUNCHER,),
    "use_an_open_descriptor": (LAUNCHER,),
    "write_outside": ("landlock", "bubblewrap"),
    "write_to_the_own_entry": ("landlock", "bubblewrap"),
    "empty_the_own_entry": ("landlock", "seccomp", "bubblewrap"),
    "change_modes_outside": ("seccomp", "bubblewrap"),
    "leave_a_link_for_the_parent": ("landlock", "seccomp"),
    "start_a_shell": ("landlock", "seccomp", "bubblewrap"),
    "replace_itself_by_a_shell": ("landlock", "seccomp", "bubblewrap"),
    "signal_the_parent": ("landlock", "seccomp", "bubblewrap"),
    "kill_another_process": ("landlock", "seccomp", "bubblewrap"),
    "kill_the_watcher": ("landlock", "seccomp"),
    "trace_the_parent": ("landlock", "seccomp", "bubblewrap"),
    "read_the_memory_of_the_parent": ("landlock", "seccomp", "bubblewrap"),
    "fork_without_end": ("limits", "seccomp"),
    "start_threads_without_end": ("limits",),
    "allocate_without_end": ("limits",),
    "change_the_limits_back": ("limits",),
    "fill_the_disk": ("limits",),
    "fork_twice_and_stay": (LAUNCHER, "seccomp"),
    "mount_something": ("landlock", "seccomp", "bubblewrap"),
    "make_namespaces": ("seccomp",),
    "use_the_kernels_keyring": ("seccomp",),
    "set_up_io_uring": ("seccomp",),
    "share_memory_with_others": ("seccomp",),
    "call_by_another_architecture": ("seccomp",),
    "open_a_socket_of_any_family": ("seccomp",),
    "open_a_raw_socket": ("seccomp", "bubblewrap"),
    "send_out_of_a_socket_pair": ("seccomp",),
    "send_out_of_a_socket_pair_to_an_abstract_name": ("landlock", "seccomp", "bubblewrap"),
    "open_a_message_queue": ("seccomp",),
    "attach_shared_memory_of_another": ("seccomp", "bubblewrap"),
    "remove_semaphores_of_another": ("seccomp", "bubblewrap"),
    "link_a_file_into_the_temporary_folder": ("landlock", "seccomp", "bubblewrap"),
    "move_a_file_out": ("landlock", "bubblewrap"),
    "plant_a_module": ("landlock", "bubblewrap"),
    "plant_bytecode": ("landlock", "bubblewrap"),
    "open_a_terminal": ("landlock", "bubblewrap"),
    "see_other_processes": ("landlock", "bubblewrap"),
    "write_the_memory_of_the_watcher": ("landlock", "bubblewrap"),
    "write_the_memory_of_another": ("landlock", "seccomp", "bubblewrap"),
    "take_a_descriptor_of_another": ("landlock", "seccomp", "bubblewrap"),
    "have_the_kernel_kill_another": ("landlock", "seccomp", "bubblewrap"),
    "slow_another_process": ("seccomp", "bubblewrap"),
    "pin_another_process": ("seccomp", "bubblewrap"),
    "fork_by_clone3": ("seccomp",),
    "enter_a_namespace": ("seccomp", "bubblewrap"),
    "handle_page_faults": ("seccomp",),
    "fill_memory_that_nobody_maps": ("limits", "seccomp"),
    "fill_the_disk_without_names": ("limits",),
    "fill_the_disk_behind_mappings": ("limits",),
    "fill_the_disk_in_flight": ("seccomp",),
    "fill_the_disk_too_deep_to_see": ("limits",),
    "fill_the_disk_in_a_folder_that_moves": ("limits",),
}
NEEDS_ROOT = (
    "read_etc_shadow",
    "mount_something",
    "open_a_raw_socket",
    "write_the_memory_of_the_watcher",
    "enter_a_namespace",
)
"""What only root can do where there is no sandbox."""


def as_markdown() -> str:
    """The table of the documentation."""
    columns = (LAUNCHER, *LAYERS)
    lines = [f"| attack | {' | '.join(columns)} |", "| --- |" + " :---: |" * len(columns)]
    for attack, stops in STOPS.items():
        cells = ["stops" if column in stops else "" for column in columns]
        lines.append(f"| {attack.replace('_', ' ')} | {' | '.join(cells)} |")
    return "\n".join(line.replace("|  |", "| |").replace("|  |", "| |") for line in lines) + "\n"
