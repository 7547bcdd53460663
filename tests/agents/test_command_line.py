"""``collm`` as a user meets it: help, errors of one line, quiet ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collm_agents.__main__ import main
from collm_envs.core.registration import TASKS

COMMANDS = "list, show, play, eval, replay, train, table, report, demo, validate, sandbox, minecraft, doctor"
TEAMS = "silent, random, greedy, oracle"
EVAL = ("eval", "strbuild", "--team", "oracle")


def collm(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "collm_agents", *words], capture_output=True, text=True, timeout=60, **options)  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ((), COMMANDS),
        (("evaluate",), f"unknown command 'evaluate'; choose from: {COMMANDS}"),
        (("--foo",), COMMANDS),
        (("list", "--all"), "unknown argument '--all' of collm list; choose from: --help"),
        (("show",), "collm show needs TASK; choose from: " + ", ".join(TASKS)),
        (("show", "chess"), "unknown task 'chess'; choose from: " + ", ".join(TASKS)),
        (("show", "strbuild", "tldr"), "unknown argument 'tldr' of collm show"),
        (("show", "strbuild", "--split", "tests"), "train, val, test, paper_train, paper_test"),
        (("show", "strbuild", "--split", "test", "--index", "48"), "index of split test must be in -48..47, got 48"),
        (("show", "strbuild", "--index", "one"), "--index: must be a whole number, got 'one'"),
        (("show", "strbuild", "--seed", "-1"), "--seed: must be a whole number, 0 or more, got '-1'"),
        (("show", "tldr", "--png", "x.png"), "choose from: strbuild, housebuild"),
        (("show", "strbuild", "--png", "/nowhere/x.png"), "/nowhere/x.png: No such file or directory"),
        (("play", "strbuild", "--role", "writer_0"), "unknown role 'writer_0'; choose from: builder_0, builder_1"),
        (("play", "strbuild", "--partner", "gpt"), TEAMS),
        (("eval", "strbuild"), f"collm eval needs --team; choose from: {TEAMS}"),
        (("eval", "strbuild", "--team"), f"--team needs a value; choose from: {TEAMS}"),
        (("eval", "strbuild", "--team", "gpt"), f"unknown team 'gpt'; choose from: {TEAMS}"),
        (("eval", "strbuild", "--tea", "gpt"), "unknown argument '--tea' of collm eval; choose from: TASK, --team, --split"),
        ((*EVAL, "--episodes", "1.5"), "--episodes: must be a whole number, 0 or more, got '1.5'"),
        ((*EVAL, "--episodes", "0"), "episodes must be in 1.."),
        ((*EVAL, "--split", "generated"), "split generated has no end: say how many episodes"),
        ((*EVAL, "--split", "hub:train"), "unknown split 'hub:train' of strbuild; choose from: train"),
        ((*EVAL, "--set", "agents=3"), "unknown key of --set 'agents'; choose from: max_cycles, feedback"),
        ((*EVAL, "--set", "split=train"), "choose from: max_cycles, feedback"),
        ((*EVAL, "--set", "num_agents"), "--set takes key=value, got 'num_agents'; choose keys from: max_cycles"),
        ((*EVAL, "--set"), "--set takes key=value"),
        ((*EVAL, "--set", "num_agents=17"), "num_agents must be in 1..16, got 17"),
        ((*EVAL, "--set", "num_agents=many"), "num_agents must be a whole number, got 'many'"),
        ((*EVAL, "--set", "report=no"), "report must be True or False, got 'no'"),
        ((*EVAL, "--set", "feedback=loud"), "positions, score, fixes, none"),
        ((*EVAL, "--set", 'feedback="\\d"'), "unknown feedback"),
        ((*EVAL, "--out", "/dev/null/x"), "/dev/null"),
        (("validate", "chess"), "unknown task 'chess'; choose from: " + ", ".join(TASKS)),
        (("validate", "--generated", "x"), "--generated: must be a whole number"),
        (("demo", "--tasks"), "--tasks takes one or more of: " + ", ".join(TASKS)),
        (("demo", "--tasks", "chess"), "unknown task 'chess'"),
        (("sandbox",), "collm sandbox needs ACTION; choose from: check"),
        (("sandbox", "chck"), "unknown action 'chck'; choose from: check"),
        (("sandbox", "check", "--backend", "podman"), "unknown sandbox 'podman'; choose from: auto, process, docker, weak"),
        (("sandbox", "check", "--backend"), "--backend needs a value; choose from: auto, process, docker, weak"),
        (
            ("sandbox", "check", "--backed", "weak"),
            "unknown argument '--backed' of collm sandbox; choose from: ACTION, --backend",
        ),
        (("doctor", "strbuild"), "unknown argument 'strbuild' of collm doctor"),
    ],
)
def test_wrong_arguments_get_one_line(words: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.startswith("collm: error: ")
    assert err.count("\n") == 1
    assert named in err


def test_wrong_argument_in_a_process_of_its_own() -> None:
    done = collm("eval", "strbuild", "--team", "no\x1b[31m\nbody")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", [("tyro",), ("rich",), ("tyro", "rich")])
def test_without_its_extra_it_names_the_command(
    missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in missing:
        monkeypatch.setitem(sys.modules, package, None)
    assert main(["list"]) == 2
    assert (
        capsys.readouterr().err == f'collm: error: the command line needs {" and ".join(missing)}: pip install "collm-envs[cli]"\n'
    )


def test_import_is_light() -> None:
    code = "import sys, collm_agents, collm_agents.__main__, collm_agents.table, collm_agents.policies.scripted"
    done = subprocess.run([sys.executable, "-c", f"{code}; print(*sys.modules)"], capture_output=True, text=True, check=True)
    assert not {"rich", "tyro", "PIL", "torch"} & set(done.stdout.split())


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(f" {name} " in out for name in COMMANDS.split(", "))
    for name in COMMANDS.split(", "):
        assert main([name, "--help"]) == 0
        assert f"usage: collm {name}" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("collm 0.")


def test_list_names_every_task(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in TASKS)
    assert "\x1b" not in out


@pytest.mark.skipif(os.name == "nt", reason="shells with pipes into head")
@pytest.mark.parametrize("command", ["list", "show strbuild", "--help", "doctor"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_error(command: str, unbuffered: str) -> None:
    pipe = f"{sys.executable} -m collm_agents {command} | true"
    done = subprocess.run(
        pipe, shell=True, capture_output=True, text=True, env={**os.environ, "PYTHONUNBUFFERED": unbuffered}, check=True
    )
    assert done.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_interrupted_run_leaves_valid_files(tmp_path: Path) -> None:
    words = ["eval", "strbuild", "--team", "greedy", "--episodes", "1000000", "--out", str(tmp_path / "run")]
    process = subprocess.Popen([sys.executable, "-m", "collm_agents", *words], stderr=subprocess.PIPE, text=True)
    episodes = tmp_path / "run" / "results.jsonl"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not (episodes.exists() and episodes.stat().st_size > 100_000):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    try:
        _, err = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err.endswith("; the same command with --resume goes on\ninterrupted\n")
    rows = [json.loads(line) for line in episodes.read_text(encoding="ascii").splitlines()]
    assert [row["seed"] for row in rows] == list(range(len(rows)))
    assert json.loads((tmp_path / "run" / "run.json").read_text(encoding="ascii"))["complete"] is False
    assert not (tmp_path / "run" / "table.md").exists()
