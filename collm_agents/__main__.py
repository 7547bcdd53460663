"""``collm``, also ``python -m collm_agents``: guards around :mod:`collm_agents.commands`.

Exit status: 0 done, 1 something failed a check, a task's backend was lost (one line on stderr) or the reader of the output
went away, 2 a wrong argument, or a prompt that the model's context does not hold (one line on stderr), 130 interrupted.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

INSTALL = 'pip install "collm-envs[cli]"'


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``collm`` with arguments ``argv`` (default: the process's own) and return its exit status."""
    missing = [package for package in ("tyro", "rich") if find_spec(package) is None]
    if missing:
        print(f"collm: error: the command line needs {' and '.join(missing)}: {INSTALL}", file=sys.stderr)
        return 2
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A console that cannot show a character, or a pipe with bytes that are no text, must not end a long run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        status = _run(sys.argv[1:] if argv is None else argv)
        if sys.stdout:  # None where the process was started without one.
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader (`collm list | head -1`) has what it wanted. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(f"collm: error: {error}", file=sys.stderr)
        return 1
    return status


def _run(argv: Sequence[str]) -> int:
    from collm_agents.arguments import UsageError, one_line
    from collm_agents.commands import run
    from collm_agents.models.errors import PromptTooLong
    from collm_envs.core.task import BackendLost

    try:
        return run(argv)
    except (UsageError, PromptTooLong) as error:
        print(f"collm: error: {one_line(str(error))}", file=sys.stderr)
        return 2
    except BackendLost as error:
        print(f"collm: error: {one_line(str(error))}", file=sys.stderr)
        return 1
    except SystemExit as stop:  # tyro's way to end after --help, rich's to end when nobody reads its output.
        return int(stop.code or 0)


if __name__ == "__main__":
    sys.exit(main())
