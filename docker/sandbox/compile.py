"""Compiles the standard library and the worker while the image is built: a container's root is read-only, so that what is not
compiled now would be compiled again at every start. Neither python:*-slim nor docker/base ships compiled files."""

import compileall
import os
import re
import sys
from py_compile import PycInvalidationMode

WORKER = "/opt/collm"
NEVER_IMPORTED = re.compile(r"/(test|tests|idlelib|tkinter|turtledemo|lib2to3|ensurepip|pydoc_data|site-packages|dist-packages)/")


def main() -> None:
    for folder in (os.path.dirname(os.__file__), WORKER):
        if not compileall.compile_dir(
            folder,
            quiet=1,
            force=True,
            workers=0,  # one for each processor
            rx=NEVER_IMPORTED,
            invalidation_mode=PycInvalidationMode.UNCHECKED_HASH,
        ):
            sys.exit(f"not everything in {folder} could be compiled")
    for folder, _, files in os.walk(WORKER):  # COPY keeps the modes of the checkout; the image's user must be able to read it
        os.chmod(folder, 0o755)
        for name in files:
            os.chmod(os.path.join(folder, name), 0o644)


if __name__ == "__main__":  # its helper processes import this file again
    main()
