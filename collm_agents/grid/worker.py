"""A process that runs ``collm`` commands one after the other, so that torch is loaded once and not for every cell.

Each line of its standard input is a job, ``{"words": [...], "log": FILE}``; for each a line ``{"status": N}`` comes back, and the
next is given only then. It ends with its standard input, and so does not outlive the process that started it, however that ends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import queue
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import IO, Any

_GRACE = 600.0
"""Seconds in which a training run may end its iteration and save what it has, once nobody waits for it any more."""


def main(threads: int) -> int:
    """Run jobs until there are no more.

    Args:
        threads: of torch, 0 for its own choice.
    """
    answers, lines = os.dup(1), os.fdopen(os.dup(0), "rb")
    # Whoever asks a question in the middle of a cell must not be given the next job for an answer.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    jobs: queue.Queue[dict[str, Any] | None] = queue.Queue()
    busy = threading.Event()
    threading.Thread(target=_listen, args=(lines, jobs, busy), daemon=True).start()
    while (job := jobs.get()) is not None:
        _log_to(Path(job["log"]))
        if threads:
            import torch

            # Each time: a command that was given a number of its own leaves it behind.
            torch.set_num_threads(threads)
        status = _run(job["words"])
        sys.stdout.flush()
        sys.stderr.flush()
        _tidy()
        busy.clear()
        with contextlib.suppress(BrokenPipeError):  # Nobody waits any more; that is heard of on the other line, too.
            os.write(answers, json.dumps({"status": status}).encode() + b"\n")
    return 0


def _run(words: list[str]) -> int:
    from collm_agents.__main__ import main as command

    print(f"$ collm {' '.join(words)}", flush=True)
    try:
        return command(words)
    except Exception:  # Whatever went wrong in a cell: it is in its log, and the others go on.
        traceback.print_exc()
        return 1


def _tidy() -> None:
    """Let go of a cell's model before the next one is loaded, here or by another worker on the same accelerator."""
    gc.collect()
    torch = sys.modules.get("torch")
    if torch and torch.cuda.is_initialized():
        torch.cuda.empty_cache()


def _log_to(file: Path) -> None:
    with file.open("ab") as log:
        for number in (1, 2):
            os.dup2(log.fileno(), number)


def _listen(lines: IO[bytes], jobs: queue.Queue[dict[str, Any] | None], busy: threading.Event) -> None:
    for line in lines:
        busy.set()  # Not by the one who runs it: a job that is on its way when the lines end must be stopped, too.
        jobs.put(json.loads(line))
    jobs.put(None)
    if busy.is_set():
        # Training saves what it has, but does not go on for nobody; all else ends at once.
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(_GRACE)
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
