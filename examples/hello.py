"""A first look around from inside a sandbox: what works, and what does not.

    aisbx run --profile python-dev -- python3 examples/hello.py

It only looks, sends nothing and writes one file. Run it outside as well and compare.
"""

import errno
import os
import platform
import socket
import sys
from pathlib import Path

# An address kept for documentation. Connecting a datagram socket asks the kernel for a route and sends nothing.
SOMEWHERE = ("198.51.100.1", 9)


def main() -> None:
    print(f"Hello from Python {platform.python_version()}!")
    where_am_i()
    secrets()
    network()
    workspace()
    print("\nThat is all. In a sandbox the host is as it was; `aisbx runs` lists what ran.")


def heading(text: str) -> None:
    print(f"\n{text}")


def says(thing: str, answer: str) -> None:
    print(f"  {thing:<26} {answer}")


def where_am_i() -> None:
    heading("Where am I?")
    says("user id", str(os.getuid()))
    says("process id", f"{os.getpid()}, one of {process_count()} that I can see")
    says("host name", platform.node())
    says("working folder", os.getcwd())
    says("what is in it", listing(Path.cwd()))


def process_count() -> str:
    try:
        return str(sum(name.isdigit() for name in os.listdir("/proc")))
    except OSError as error:
        return f"an unknown number ({reason(error)})"


def listing(folder: Path) -> str:
    names = sorted(os.listdir(folder))
    shown = ", ".join(names[:6])
    return f"{shown} and {len(names) - 6} more" if len(names) > 6 else shown or "nothing"


def secrets() -> None:
    heading("What can I read that I should not?")
    for path in (Path("/etc/shadow"), Path(os.path.expanduser("~/.ssh"))):
        says(str(path), read(path))
    telling = sorted(name for name in os.environ if any(word in name for word in ("TOKEN", "SECRET", "KEY", "PASSWORD")))
    says("secrets in environment", f"NAMED {', '.join(telling)}" if telling else "none by name")


def read(path: Path) -> str:
    try:
        if path.is_dir():
            return f"READABLE, {len(os.listdir(path))} entries"
        return f"READABLE, {len(path.read_bytes())} bytes"
    except OSError as error:
        return f"no: {reason(error)}"


def network() -> None:
    heading("Is there a network?")
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(SOMEWHERE)
            says("way to the internet", f"OPEN, from {probe.getsockname()[0]}")
    except OSError as error:
        says("way to the internet", f"no: {reason(error)}")


def workspace() -> None:
    heading("Can I write to the workspace?")
    note = Path.cwd() / "hello-from-the-sandbox.txt"
    try:
        note.write_text(f"Written by {sys.argv[0]}.\n", encoding="utf-8")
    except OSError as error:
        says(note.name, f"no: {reason(error)}")
        return
    if file_system(note.parent) == "overlay":
        says(note.name, "yes; it exists in this run's layer only, the real folder is as it was")
    else:
        note.unlink()
        says(note.name, "yes, for real: so it is removed again")


def file_system(folder: Path) -> str:
    """The type of the file system a folder is on: the last mount at the nearest folder above it."""
    found, depth = "unknown", -1
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        mount, _, rest = line.partition(" - ")
        point = Path(mount.split()[4])
        if (point == folder or point in folder.parents) and len(point.parts) >= depth:
            found, depth = rest.split()[0], len(point.parts)
    return found


def reason(error: OSError) -> str:
    if error.errno is None:
        return str(error) or type(error).__name__
    return f"{errno.errorcode.get(error.errno, error.errno)} ({os.strerror(error.errno)})"


if __name__ == "__main__":
    main()
