"""A base image from this machine's own Python, for a machine that reaches no image registry.

    python3 docker/base/build.py | docker import - collm-envs/base
    docker build --build-arg BASE=collm-envs/base -f docker/sandbox/Dockerfile -t collm-envs/sandbox .

It writes a tar file to standard output: the interpreter that runs this script as ``/usr/local/bin/python``, its standard
library without what only a desktop or a developer needs, and the shared libraries that these want. There is no shell and no
package manager in it, so a Dockerfile on top of it can copy files and run Python, nothing else. Needs Linux with glibc.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
PREFIX = PurePosixPath("usr/local")
LEFT_OUT = re.compile(r"test|tests|idlelib|tkinter|turtledemo|lib2to3|ensurepip|(site|dist)-packages|__pycache__|config-.*")
LEFT_OUT_FILES = re.compile(r"turtle\.py|.*\.(a|o|pyc)|(_test|_xx|xx|_ctypes_test|_tkinter).*\.so")


def main() -> None:
    if sys.platform != "linux":
        sys.exit("an image needs a Linux Python: run this on Linux, or use a registry's image (docker compose build sandbox)")
    if sys.stdout.isatty():
        sys.exit("this writes a tar file: python3 docker/base/build.py | docker import - collm-envs/base")
    files = dict(standard_library())
    files[PREFIX / "bin" / "python"] = interpreter = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    binaries = [interpreter, *(path for path in files.values() if path.suffix == ".so")]
    files.update(shared_libraries(binaries))
    with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as tar, tempfile.TemporaryDirectory() as scratch:
        for folder in sorted({parent for name in files for parent in name.parents} - {PurePosixPath(".")}):
            add_folder(tar, folder)
        add_folder(tar, PurePosixPath("tmp"), 0o1777)
        for name, path in sorted(files.items()):
            add_file(tar, name, path, Path(scratch))
    print(f"{VERSION} from {interpreter}: {len(files)} files", file=sys.stderr)


def standard_library() -> Iterator[tuple[PurePosixPath, Path]]:
    """Names in the image and paths here. Everything comes to lie where a Python in /usr/local/bin looks for it."""
    for root in {Path(sysconfig.get_path("stdlib")), Path(sysconfig.get_path("platstdlib"))}:
        for folder, below, names in os.walk(root):
            below[:] = [name for name in below if not LEFT_OUT.fullmatch(name)]
            for name in names:
                path = Path(folder, name)
                if path.is_file() and not LEFT_OUT_FILES.fullmatch(name):
                    yield PREFIX / "lib" / VERSION / path.relative_to(root).as_posix(), path


def shared_libraries(binaries: list[Path]) -> dict[PurePosixPath, Path]:
    """The libraries that ``ldd`` names, all in the folder of the C library: the loader looks there without being told,
    while a library that lies beside a private Python is found by a path of this machine only."""
    found: dict[str, Path] = {}
    loaders: dict[PurePosixPath, Path] = {}
    for binary in binaries:
        said = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=False).stdout
        for name, path in re.findall(r"^\s*(\S+) => (\S+) \(0x", said, re.MULTILINE):
            found[name] = Path(path)
        for path in re.findall(r"^\s*(/\S+) \(0x", said, re.MULTILINE):
            loaders[PurePosixPath(path).relative_to("/")] = Path(path)
        for name in re.findall(r"^\s*(\S+) => not found", said, re.MULTILINE):
            print(f"{binary} wants {name}, which is not here", file=sys.stderr)
    if "libc.so.6" not in found:
        sys.exit("no glibc (libc.so.6) under this Python: use a registry's image (docker compose build sandbox)")
    home = PurePosixPath(found["libc.so.6"].parent).relative_to("/")
    return {home / name: path for name, path in found.items()} | loaders


def add_folder(tar: tarfile.TarFile, name: PurePosixPath, mode: int = 0o755) -> None:
    entry = tarfile.TarInfo(str(name))
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    tar.addfile(entry)


def add_file(tar: tarfile.TarFile, name: PurePosixPath, path: Path, scratch: Path) -> None:
    data = path.read_bytes()
    if data[:4] == b"\x7fELF" and shutil.which("strip"):  # debugging symbols are half of a Python built by hand
        thin = scratch / "thin"
        if subprocess.run(["strip", "-o", str(thin), str(path)], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            data = thin.read_bytes()
    entry = tarfile.TarInfo(str(name))
    entry.size, entry.mtime = len(data), int(path.stat().st_mtime)
    entry.mode = 0o755 if os.access(path, os.X_OK) else 0o644  # whatever it is here, the image's user can read it
    tar.addfile(entry, io.BytesIO(data))


if __name__ == "__main__":
    main()
