"""The compose files: what they start, who can reach it, and that every setting has its reason beside it."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from collm_envs.minecraft.server.plots import GROUND, LARGEST, SPACING, Plot
from collm_envs.minecraft.server.watch import WATCHER

ROOT = Path(__file__).parent.parent.parent
MAIN = ROOT / "compose.yaml"
ROOM = ROOT / "docker" / "minecraft" / "compose.yaml"
PLOTS, BUILDERS = 8, 4
CONFIG_LIMIT = 60.0


@pytest.fixture(scope="module")
def service() -> dict[str, Any]:
    [(name, found)] = yaml.safe_load(ROOM.read_text())["services"].items()
    assert name == "minecraft"
    return dict(found)


@pytest.fixture(scope="module")
def settings(service: dict[str, Any]) -> dict[str, str | None]:
    return dict(service["environment"])


@pytest.fixture(scope="module")
def startup(settings: dict[str, str | None]) -> list[str]:
    return str(settings["RCON_CMDS_STARTUP"]).splitlines()


@functools.cache
def compose() -> list[str] | None:
    """The command line of Compose, as a plugin of Docker or on its own; None where there is neither."""
    for words in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(words[0]) is None:
            continue
        if subprocess.run([*words, "version"], capture_output=True, timeout=CONFIG_LIMIT).returncode == 0:
            return words
    return None


def config(**variables: str) -> dict[str, Any]:
    """What Compose makes of the files with these variables set; skips, or in CI fails, without Compose."""
    words = compose()
    if words is None:
        reason = "no docker compose here (apt install docker-compose)"
        if os.environ.get("COLLM_REQUIRE_DOCKER", "0") != "0":
            pytest.fail(f"COLLM_REQUIRE_DOCKER is set, but {reason}", pytrace=False)
        pytest.skip(reason)
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [*words, "--project-directory", str(ROOT), "-f", str(MAIN), "--profile", "build", "config"],
        env=kept | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=CONFIG_LIMIT,
    )
    assert done.returncode == 0, done.stderr
    return dict(yaml.safe_load(done.stdout))


class TestCompose:
    def test_both_services_are_valid_without_any_variable(self) -> None:
        services = config()["services"]
        assert set(services) == {"sandbox", "minecraft"}
        # Nobody has accepted it, so nothing is passed on; the image says so and ends.
        assert services["minecraft"]["environment"].get("EULA") is None
        assert services["minecraft"]["environment"].get("RCON_PASSWORD") is None

    def test_the_users_variables_get_through(self) -> None:
        found = config(EULA="TRUE", RCON_PASSWORD="a secret", MINECRAFT_PORT="25599")["services"]["minecraft"]
        assert found["environment"]["EULA"] == "TRUE"
        assert found["environment"]["RCON_PASSWORD"] == "a secret"
        assert "127.0.0.1" in json.dumps(found["ports"])
        assert "25599" in json.dumps(found["ports"])

    def test_the_root_takes_over_the_whole_service(self, service: dict[str, Any]) -> None:
        found = config()["services"]["minecraft"]
        assert found["image"] == service["image"]
        assert set(found["environment"]) >= {name for name, value in service["environment"].items() if value is not None}
        assert {"healthcheck", "ports", "volumes", "mem_limit", "restart", "stop_grace_period"} <= set(found)


class TestService:
    def test_the_image_is_pinned(self, service: dict[str, Any]) -> None:
        assert re.fullmatch(r"itzg/minecraft-server:\d{4}\.\d+\.\d+-java17", service["image"])

    def test_only_this_machine_reaches_it(self, service: dict[str, Any]) -> None:
        [port] = service["ports"]
        assert port.startswith("127.0.0.1:")
        assert port.endswith(":25565")
        assert "network_mode" not in service

    def test_health_is_the_images_own_check(self, service: dict[str, Any]) -> None:
        assert service["healthcheck"]["test"] == "mc-health"

    def test_nothing_is_accepted_and_no_password_set_for_the_user(self, settings: dict[str, str | None]) -> None:
        assert settings["EULA"] is None
        assert settings["RCON_PASSWORD"] is None

    def test_it_is_the_version_that_the_bots_are_tested_with(self, settings: dict[str, str | None]) -> None:
        assert (settings["TYPE"], settings["VERSION"]) == ("VANILLA", "1.20.1")

    def test_values_are_texts(self, settings: dict[str, str | None]) -> None:
        # YAML would read a bare TRUE or 1.20 as something else.
        assert all(value is None or isinstance(value, str) for value in settings.values())

    @pytest.mark.parametrize("file", [MAIN, ROOM])
    def test_every_setting_has_a_comment(self, file: Path) -> None:
        lines = file.read_text().splitlines()
        start = lines.index("services:") + 1
        settings = [i for i in range(start, len(lines)) if re.match(r"( {4}| {6}(?=[A-Z_]+:))[A-Za-z_]+:", lines[i])]
        plain = {"environment", "image", "build"} if file == MAIN else {"environment"}
        bare = [lines[i].strip() for i in settings if not above(lines, i) and lines[i].strip().partition(":")[0] not in plain]
        assert bare == (["extends:"] if file == MAIN else [])
        assert len(settings) > (3 if file == MAIN else 35)


def above(lines: list[str], i: int) -> bool:
    """Whether the line before is a comment at the same depth."""
    depth = len(lines[i]) - len(lines[i].lstrip())
    return lines[i - 1].startswith(" " * depth + "# ")


class TestStartup:
    def test_every_bot_of_eight_plots_is_made_an_operator(self, startup: list[str]) -> None:
        bots = {name for plot in range(PLOTS) for count in (1, BUILDERS) for name in Plot(plot, count).names}
        assert {line.split()[1] for line in startup if line.startswith("op ")} == bots | {WATCHER}

    def test_there_is_room_for_all_of_them(self, settings: dict[str, str | None], startup: list[str]) -> None:
        assert int(settings["MAX_PLAYERS"] or 0) >= sum(line.startswith("op ") for line in startup)

    def test_every_line_is_a_command(self, startup: list[str]) -> None:
        # Each goes to the server as it is; a comment would, too.
        assert all(re.fullmatch(r"op \w{1,16}|gamerule [A-Za-z]+ (true|false|\d+)", line) for line in startup)

    def test_every_rule_is_explained(self, startup: list[str]) -> None:
        head = ROOM.read_text().partition("RCON_CMDS_STARTUP:")[0]
        rules = [line.split()[1] for line in startup if line.startswith("gamerule ")]
        assert len(rules) == len(set(rules)) >= 9
        comments = " ".join(line for line in head.splitlines() if line.lstrip().startswith("#"))
        assert [rule for rule in rules if not re.search(rf"\b{rule}\b", comments)] == []

    def test_the_far_corner_of_the_largest_plot_is_in_sight(self, settings: dict[str, str | None]) -> None:
        plot = Plot(0, BUILDERS)
        x, _, z = plot.place((LARGEST.width, 0, LARGEST.depth))
        chunks = [max(abs(x - at[0]), abs(z - at[2])) / 16 for at in (plot.stand(LARGEST, bot) for bot in range(BUILDERS))]
        assert max(chunks) + 1 < int(settings["VIEW_DISTANCE"] or 0)
        # Other plots are out of it, and all of them above the plain.
        assert 2 * int(settings["VIEW_DISTANCE"] or 0) < SPACING / 16
        assert GROUND > -60
