"""The live view: the page, who may see it, how it ends; the records by which it finds servers; how it is installed."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from collm_envs.minecraft.server import store as store_module
from collm_envs.minecraft.server.embedded import EmbeddedServer
from collm_envs.minecraft.server.errors import ServerError
from collm_envs.minecraft.server.install import VIEW
from collm_envs.minecraft.server.npm import Npm, Progress
from collm_envs.minecraft.server.records import Record, list_records, remove_record, runtime_folder, write_record
from collm_envs.minecraft.server.watch import WATCHER, Watch, open_watch, running_servers

posix = pytest.mark.skipif(os.name != "posix", reason="processes are told apart by signals")


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of records of this test's own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "collm-envs"


class TestRecords:
    def test_a_server_is_listed_until_it_is_removed(self, runtime: Path) -> None:
        assert list_records() == []
        record = Record(os.getpid(), 25599, 12.5)
        write_record(record)
        assert list_records() == [record]
        assert running_servers() == [("127.0.0.1", 25599)]
        remove_record(os.getpid())
        remove_record(os.getpid())
        assert list_records() == []

    def test_the_newest_comes_first(self, runtime: Path) -> None:
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
            write_record(Record(os.getpid(), 1111, 5.0))
            write_record(Record(other.pid, 2222, 6.0))
            assert [port for _, port in running_servers()] == [2222, 1111]
            other.kill()

    @posix
    def test_what_is_gone_is_removed(self, runtime: Path) -> None:
        with subprocess.Popen([sys.executable, "-c", ""]) as gone:
            gone.wait()
        write_record(Record(gone.pid, 25599, 1.0))
        assert list_records() == []
        assert list(runtime.iterdir()) == []

    @pytest.mark.parametrize("text", ["", "{}", "[1]", '{"pid": 0, "port": 1, "started": 0}', '{"pid": "x"}'])
    def test_what_is_no_record_is_removed(self, runtime: Path, text: str) -> None:
        runtime.mkdir()
        (runtime / "17.json").write_text(text)
        assert list_records() == []
        assert list(runtime.iterdir()) == []

    def test_a_record_under_another_number_is_none(self, runtime: Path) -> None:
        write_record(Record(os.getpid(), 25599, 1.0))
        (runtime / f"{os.getpid()}.json").rename(runtime / "1.json")
        assert list_records() == []

    @posix
    def test_the_folder_is_this_users_alone(self, runtime: Path) -> None:
        write_record(Record(os.getpid(), 25599, 1.0))
        assert runtime_folder() == runtime
        assert runtime.stat().st_mode & 0o077 == 0

    @posix
    def test_a_folder_that_points_elsewhere_is_not_trusted(self, runtime: Path, tmp_path: Path) -> None:
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        runtime.symlink_to(elsewhere)
        with pytest.raises(ServerError, match="XDG_RUNTIME_DIR"):
            write_record(Record(os.getpid(), 25599, 1.0))
        (elsewhere / f"{os.getpid()}.json").write_text(json.dumps({"pid": os.getpid(), "port": 1, "started": 1.0}))
        assert list_records() == []

    def test_without_a_folder_of_the_session_there_is_one_for_temporary_files(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "of another session"))
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
        assert runtime_folder().parent == tmp_path
        write_record(Record(os.getpid(), 25599, 1.0))
        assert len(list_records()) == 1

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
        monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
        with pytest.raises(ServerError, match="let XDG_RUNTIME_DIR name"):
            write_record(Record(os.getpid(), 25599, 1.0))
        assert list_records() == []


# -- how it is installed ------------------------------------------------------------------------------------------------


class FakeNpm(Npm):
    """Puts down a few files where npm would put thousands."""

    runs = 0

    def install(self, folder: Path, progress: Progress) -> None:
        type(self).runs += 1
        progress(1, 2, "installing packages")
        modules = folder / "node_modules"
        for part in ("express", "socket.io", "vec3", "prismarine-viewer"):
            (modules / part).mkdir(parents=True)
            (modules / part / "package.json").write_text("{}")
        viewer = modules / "prismarine-viewer"
        for name in ("examples/x", "test/x", "viewer/lib/worldView.js", "public/index.html", "public/worker.js"):
            put(viewer / name)
        for version in ("1.16.4", "1.20.1", "1.8.8"):
            for name in (f"textures/{version}.png", f"textures/{version}/entity/pig.png", f"textures/{version}/blocks/dirt.png"):
                put(viewer / "public" / name)
            put(viewer / "public" / "blocksStates" / f"{version}.json")


def put(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("x")


class TestInstall:
    @pytest.fixture(autouse=True)
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLLM_CACHE", str(tmp_path))
        monkeypatch.setattr(store_module, "Npm", FakeNpm)
        monkeypatch.setattr(store_module, "find_node", lambda: "node")
        monkeypatch.setattr(store_module, "find_npm", lambda: ["npm"])
        monkeypatch.setattr(FakeNpm, "runs", 0)

    def test_only_what_the_page_needs_is_kept(self) -> None:
        told: list[str] = []
        folder = VIEW.install(lambda *said: told.append(str(said[2])))
        assert folder == VIEW.folder == VIEW.find()
        assert told == ["installing packages", "pruning"]
        package = folder / "node_modules" / "prismarine-viewer"
        kept = {str(file.relative_to(package)) for file in package.rglob("*") if file.is_file()}
        assert kept == {
            "package.json",
            "viewer/lib/worldView.js",
            "public/index.html",
            "public/worker.js",
            "public/textures/1.20.1.png",
            "public/textures/1.16.4/entity/pig.png",
            "public/blocksStates/1.20.1.json",
        }
        assert not [entry for entry in folder.parent.iterdir() if entry.name.endswith(("-new", "-old"))]

    def test_a_second_time_nothing_is_done(self) -> None:
        assert VIEW.install() == VIEW.install()
        assert FakeNpm.runs == 1

    def test_without_it_the_command_is_named(self) -> None:
        with pytest.raises(ServerError, match="`collm minecraft install --viewer`") as caught:
            VIEW.find()
        assert caught.value.kind == "install"

    @pytest.mark.parametrize("broken", ["installed.json", "node_modules/socket.io/package.json"])
    def test_a_broken_one_is_made_again(self, broken: str) -> None:
        folder = VIEW.install()
        (folder / broken).unlink()
        with pytest.raises(ServerError):
            VIEW.find()
        assert VIEW.install() == folder == VIEW.find()
        assert FakeNpm.runs == 2

    def test_an_interrupted_one_leaves_nothing_that_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(self: Npm, folder: Path, progress: Progress) -> None:
            (folder / "node_modules").mkdir()
            raise KeyboardInterrupt

        with monkeypatch.context() as context:
            context.setattr(FakeNpm, "install", interrupted)
            with pytest.raises(KeyboardInterrupt):
                VIEW.install()
        with pytest.raises(ServerError):
            VIEW.find()
        assert VIEW.install() == VIEW.find()

    def test_a_cache_that_cannot_be_written_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("COLLM_CACHE", str(tmp_path / "file"))
        with pytest.raises(ServerError, match="COLLM_CACHE"):
            VIEW.install()


# -- the view itself ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(node_modules: Path) -> None:
    """The page; skips, or with COLLM_REQUIRE_MINECRAFT=1 fails, where it is not installed. Tests do not fetch that much."""
    try:
        VIEW.find()
    except ServerError as error:
        if os.environ.get("COLLM_REQUIRE_MINECRAFT", "0") != "0":
            pytest.fail(f"COLLM_REQUIRE_MINECRAFT is set, but {error}", pytrace=False)
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def server(installed: None) -> Iterator[EmbeddedServer]:
    with EmbeddedServer.start() as server:
        # Three blocks of the plot at the server's origin.
        for x in (2, 3, 4):
            server.command(f"/setblock {x} 66 0 stone")
        yield server


@pytest.fixture(scope="module")
def view(server: EmbeddedServer) -> Iterator[Watch]:
    with open_watch(server.host, server.port) as view:
        yield view


def port_of(view: Watch) -> int:
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/", view.url)
    assert found
    return int(found[1])


def ask(port: int, path: str, host: str = "", body: str | None = None) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Host": host or f"127.0.0.1:{port}", "Content-Type": "text/plain;charset=UTF-8"}
    try:
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def gone(pid: int, limit: float = 5.0) -> bool:
    """Whether a process ends within a time."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] if Path("/proc").is_dir() else ""
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


class TestPage:
    def test_is_served_with_all_that_it_loads(self, view: Watch) -> None:
        port = port_of(view)
        status, page = ask(port, "/")
        assert status == 200
        assert "index.js" in page
        for path in ("/index.js", "/worker.js", "/blocksStates/1.20.1.json"):
            assert ask(port, path)[0] == 200, path
        assert view.version == "1.20.1"
        assert view.remark == ""

    @pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="listening sockets are looked up in /proc")
    def test_listens_on_the_loopback_only(self, view: Watch) -> None:
        tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
        rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
        here = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port_of(view):04X}")]
        assert here == [f"0100007F:{port_of(view):04X}"]

    @pytest.mark.parametrize("path", ["/", "/socket.io/?EIO=4&transport=polling"])
    def test_a_strangers_name_for_it_is_refused(self, view: Watch, path: str) -> None:
        assert ask(port_of(view), path, "localhost")[0] == 200
        assert ask(port_of(view), path, "evil.example")[0] == 403

    def test_tells_what_stands_on_the_server(self, view: Watch) -> None:
        feed = Feed(port_of(view))
        feed.listen('42["loadChunk",{"x":0,"z":0,')
        assert '42["version","1.20.1"]' in feed.heard
        # The camera looks at the middle of the three blocks.
        [position] = re.findall(r'42\["position",(\{.*?\}\})\]', feed.heard)
        assert json.loads(position)["pos"] == {"x": 3, "y": 66, "z": 0}

    def test_tells_what_changes(self, view: Watch, server: EmbeddedServer) -> None:
        feed = Feed(port_of(view))
        feed.listen('42["loadChunk",{"x":0,"z":0,')
        server.command("/setblock 3 67 0 bricks")
        feed.listen('42["blockUpdate",{"pos":{"x":3,"y":67,"z":0}')
        server.command("/setblock 3 67 0 air")
        server.command("/summon minecraft:spider 3 70 3")
        feed.listen('"name":"spider"')
        server.command("/kill @e[type=minecraft:spider]")
        feed.listen('"delete":true')


class Feed:
    """What a browser is told, by the transport that needs no more than HTTP."""

    def __init__(self, port: int) -> None:
        self.heard = ""
        self._port, self._path = port, "/socket.io/?EIO=4&transport=polling"
        opened = json.loads(ask(port, self._path)[1][1:])
        self._path += f"&sid={opened['sid']}"
        assert ask(port, self._path, body="40")[1] == "ok"

    def listen(self, text: str) -> None:
        """Listen until a text was said; fails after 10 seconds."""
        deadline = time.monotonic() + 10
        while text not in self.heard:
            assert time.monotonic() < deadline, f"{text} was not said"
            self.heard += ask(self._port, self._path)[1] + "\x1e"


class TestEnd:
    def test_ends_with_the_server(self, installed: None) -> None:
        with EmbeddedServer.start() as server, open_watch(server.host, server.port) as view:
            server.close()
            assert view.wait() == "the server sent the spectator away: Server closed"

    @posix
    def test_ends_with_a_server_that_is_killed(self, installed: None) -> None:
        with EmbeddedServer.start() as server, open_watch(server.host, server.port) as view:
            os.kill(server.pid, signal.SIGKILL)
            start = time.monotonic()
            assert view.wait() == "the server is gone"
            assert time.monotonic() - start < 5

    def test_close_twice(self, installed: None) -> None:
        with EmbeddedServer.start() as server:
            view = open_watch(server.host, server.port)
            view.close()
            view.close()
            with pytest.raises(ConnectionRefusedError):
                ask(port_of(view), "/")
            with pytest.raises(ServerError, match="the live view was closed"):
                view.wait()

    @posix
    def test_no_process_survives_python(self, installed: None) -> None:
        code = (
            "import sys\n"
            "from collm_envs.minecraft.server.watch import open_watch\n"
            "view = open_watch('127.0.0.1', int(sys.argv[1]))\n"
            "print(view._child.pid, flush=True)\n"
            "view.wait()\n"
        )
        with EmbeddedServer.start() as server:
            words = [sys.executable, "-c", code, str(server.port)]
            with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as python:
                assert python.stdout is not None
                pid = int(python.stdout.readline())
                assert not gone(pid, 0.2)
                python.kill()
            assert gone(pid)


class TestFaults:
    def test_two_spectators_of_one_name(self, view: Watch, server: EmbeddedServer) -> None:
        with pytest.raises(ServerError, match=WATCHER) as caught:
            open_watch(server.host, server.port)
        assert caught.value.kind == "name_taken"
        assert ask(port_of(view), "/")[0] == 200

    def test_nothing_listens(self, installed: None) -> None:
        with pytest.raises(ServerError, match=r"no Minecraft server answers at 127\.0\.0\.1:1") as caught:
            open_watch("127.0.0.1", 1)
        assert caught.value.kind == "refused"

    def test_the_pages_port_is_in_use(self, view: Watch, installed: None) -> None:
        with EmbeddedServer.start() as other, pytest.raises(ServerError, match="EADDRINUSE"):
            open_watch(other.host, other.port, page=port_of(view))

    @posix
    def test_a_server_that_is_frozen(self, installed: None) -> None:
        with EmbeddedServer.start() as server:
            os.kill(server.pid, signal.SIGSTOP)
            start = time.monotonic()
            with pytest.raises(ServerError) as caught:
                open_watch(server.host, server.port, timeout=2.0)
            assert caught.value.kind == "timeout"
            assert time.monotonic() - start < 4

    def test_not_installed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COLLM_CACHE", str(tmp_path))
        with pytest.raises(ServerError, match="collm minecraft install"):
            open_watch("127.0.0.1", 1)


class TestCommand:
    @posix
    @pytest.mark.slow
    @pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
    def test_watches_the_newest_server_until_it_is_told_to_stop(self, installed: None, runtime: Path, end: signal.Signals) -> None:
        collm = [sys.executable, "-m", "collm_agents", "minecraft", "watch"]
        with EmbeddedServer.start() as server:
            write_record(Record(server.pid, server.port, time.time()))
            write_record(Record(os.getpid(), 1, 0.0))
            with subprocess.Popen(collm, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as python:
                assert python.stdout is not None
                line, others = python.stdout.readline(), python.stdout.readline()
                found = re.match(rf"http://127\.0\.0\.1:(\d+)/ shows 127\.0\.0\.1:{server.port} \(Minecraft 1\.20\.1\)", line)
                assert found, line
                assert "collm minecraft watch --port 1" in others
                assert ask(int(found[1]), "/")[0] == 200
                python.send_signal(end)
                assert python.wait(10) == (0 if end == signal.SIGINT else -signal.SIGTERM)
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                try:
                    ask(int(found[1]), "/")
                except OSError:
                    return
                time.sleep(0.1)
        pytest.fail("the page is still being served")
