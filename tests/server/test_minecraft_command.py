"""``collm minecraft``: install and doctor, and what they say where something is missing. The live view has tests of its own."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from collm_agents.__main__ import main
from collm_agents.commands import minecraft
from collm_agents.commands.minecraft import Finding
from collm_envs.minecraft.server.embedded import EmbeddedServer
from collm_envs.minecraft.server.errors import ServerError

Capture = pytest.CaptureFixture[str]
PARTS = ("node", "npm", "javascript", "modules", "embedded server, node", "embedded server, javascript", "live view")


class TestArguments:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("", "collm minecraft needs ACTION; choose from: install, doctor, watch"),
            ("run", "unknown action 'run'; choose from: install, doctor, watch"),
            ("install --port 25565", "collm minecraft install takes --viewer; --port is for doctor, watch"),
            ("doctor --viewer", "collm minecraft doctor takes --host, --port; --viewer is for install"),
            ("doctor --plot 1", "collm minecraft doctor takes --host, --port; --plot is for watch"),
            ("watch --port 0", "--port must be 1 to 65535, got 0"),
            ("doctor --port 65536", "--port must be 1 to 65535, got 65536"),
            ("watch --plot 1000", "--plot must be 0 to 999, got 1000"),
            ("watch --port x", "--port: must be a whole number, 0 or more, got 'x'"),
        ],
    )
    def test_what_is_wrong_is_said_in_a_line(self, words: str, said: str, capsys: Capture) -> None:
        assert main(["minecraft", *words.split()]) == 2
        out, err = capsys.readouterr()
        assert not out
        assert said in err
        assert err.count("\n") == 1

    @pytest.mark.parametrize(
        ("host", "port", "meant"),
        [
            (None, None, None),
            (None, 25570, ("127.0.0.1", 25570)),
            ("mc.example", None, ("mc.example", 25565)),
            ("mc.example", 1, ("mc.example", 1)),
        ],
    )
    def test_half_an_address_is_enough(self, host: str | None, port: int | None, meant: tuple[str, int] | None) -> None:
        assert minecraft.address(host, port) == meant

    def test_nothing_to_watch(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        assert main(["minecraft", "watch"]) == 1
        out, err = capsys.readouterr()
        assert not out
        assert "no embedded server of yours is running" in err
        assert "--host HOST --port PORT" in err


class TestInstall:
    @pytest.fixture
    def store(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Folders in place of installations; what was installed, in order."""
        installed: list[str] = []
        for part, name in (("modules", "MODULES"), ("viewer", "VIEW")):
            place = tmp_path / part

            def look(place: Path = place) -> Path:
                if not place.is_dir():
                    raise ServerError("not installed", "install")
                return place

            def put(progress: Callable[[int, int, str], None], place: Path = place, part: str = part) -> Path:
                progress(1, 2, "installing packages")
                installed.append(part)
                place.mkdir()
                (place / "file").write_bytes(bytes(3_000_000))
                return place

            monkeypatch.setattr(minecraft, name, SimpleNamespace(folder=place, find=look, install=put))
        return installed

    def test_says_where_and_how_large_and_the_second_time_that_it_is_there(
        self, store: list[str], tmp_path: Path, capsys: Capture
    ) -> None:
        assert main(["minecraft", "install"]) == 0
        first = capsys.readouterr().out
        assert first == f"modules of the bots: installed in 0 s, 3 MB in {tmp_path / 'modules'}\n"
        assert main(["minecraft", "install"]) == 0
        assert capsys.readouterr().out == f"modules of the bots: already installed, 3 MB in {tmp_path / 'modules'}\n"
        assert store == ["modules"]

    def test_the_viewer_comes_on_demand(self, store: list[str], capsys: Capture) -> None:
        assert main(["minecraft", "install", "--viewer"]) == 0
        assert store == ["modules", "viewer"]
        assert "page of the live view: installed" in capsys.readouterr().out

    def test_without_node_the_cure_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.setenv("COLLM_CACHE", str(tmp_path))
        monkeypatch.setenv("COLLM_NODE", str(tmp_path / "node"))
        assert main(["minecraft", "install"]) == 1
        out, err = capsys.readouterr()
        assert not out
        assert "Node 20 or later is needed" in err
        assert "COLLM_NODE" in err
        assert err.count("\n") == 1


class TestDoctor:
    def test_nothing_works_without_node(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.setenv("COLUMNS", "300")
        monkeypatch.setenv("COLLM_CACHE", str(tmp_path))
        monkeypatch.setenv("COLLM_NODE", str(tmp_path / "node"))
        assert main(["minecraft", "doctor"]) == 1
        out = capsys.readouterr().out
        assert "let COLLM_NODE name one" in out
        assert "run `collm minecraft install`" in out
        assert "run `collm minecraft install --viewer`" in out
        assert "embedded server" not in out
        assert out.rstrip().endswith("not ready: node, modules")

    def test_the_package_javascript_is_a_matter_of_taste(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(minecraft, "find_spec", lambda *_: None)
        [found] = [finding for finding in minecraft.set_up() if finding.part == "javascript"]
        assert not found.works
        assert not found.needed
        assert f'{sys.executable} -m pip install "collm-envs[minecraft]"' in found.detail

    @pytest.mark.parametrize(("needed", "status"), [(True, 1), (False, 0)])
    def test_only_what_is_needed_counts(self, needed: bool, status: int, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        found = [Finding("a", True, "fine"), Finding("b", False, "broken\x1b[31m:\nmend it", needed)]
        monkeypatch.setattr(minecraft, "findings", lambda *_: iter(found))
        assert main(["minecraft", "doctor"]) == status
        out = capsys.readouterr().out
        assert "\x1b" not in out
        assert ("not ready: b" in out) == needed
        assert ('ready: parallel_env(backend="server")' in out) != needed

    def test_a_probe_that_breaks_is_a_finding(self) -> None:
        def probe() -> str:
            raise KeyError("x")

        assert not minecraft._tried("part", probe).works

    def test_part_of_the_general_doctor(self, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
        monkeypatch.setattr("collm_agents.commands.doctor.set_up", lambda: [Finding("node", False, "get\nit")])
        assert main(["doctor"]) == 0
        assert "node       no    get it" in capsys.readouterr().out

    @pytest.mark.slow
    def test_all_of_it_works_here(self, node_modules: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "300")
        assert main(["minecraft", "doctor"]) == 0
        rows = {line.partition("  ")[0]: line for line in capsys.readouterr().out.splitlines()}
        assert set(PARTS) - {"embedded server, javascript"} <= set(rows)
        assert "two bots joined after" in rows["embedded server, node"]
        assert 'ready: parallel_env(backend="server")' in rows

    @pytest.mark.slow
    def test_a_running_server_is_tried_too(self, server: EmbeddedServer, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "300")
        monkeypatch.setattr(minecraft, "find_spec", lambda *_: None)
        assert main(["minecraft", "doctor", "--port", str(server.port)]) == 0
        out = capsys.readouterr().out
        assert f"server 127.0.0.1:{server.port}  yes    Minecraft 1.20.1" in out
        assert f'ready: parallel_env(backend="server", host="127.0.0.1", port={server.port})' in out

    @pytest.mark.slow
    def test_a_server_that_is_not_there(self, node_modules: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLUMNS", "300")
        monkeypatch.setattr(minecraft, "find_spec", lambda *_: None)
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
            assert main(["minecraft", "doctor", "--port", str(port)]) == 1
        out = capsys.readouterr().out
        assert f"no Minecraft server answers at 127.0.0.1:{port}" in out
        assert "bots on it" not in out
        assert f"not ready: server 127.0.0.1:{port}" in out


class TestEval:
    def test_backend_is_an_option_of_the_task(self, capsys: Capture) -> None:
        assert main(["eval", "strbuild", "--team", "oracle", "--backend", "docker"]) == 2
        assert "unknown backend 'docker'; choose from: memory, server" in capsys.readouterr().err
        assert main(["eval", "strbuild", "--team", "oracle", "--backend", "memory", "--episodes", "1"]) == 0
        assert main(["eval", "tldr", "--team", "oracle", "--backend", "server"]) == 2

    @pytest.mark.slow
    def test_on_the_embedded_server(self, node_modules: Path, tmp_path: Path) -> None:
        words = ["eval", "strbuild", "--team", "oracle", "--episodes", "2", "--backend", "server", "--out", str(tmp_path)]
        assert main(words) == 0
        results = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
        assert len(results) == 2
