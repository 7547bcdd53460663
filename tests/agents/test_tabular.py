"""Tables on the disk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from collm_agents.checkpoint import agent_folder
from collm_agents.models.relay_tables import relay_tables
from collm_agents.models.tabular import TabularTeam
from collm_envs import relay_v0
from tests.agents.lm import stir_weights


def stirred(**options: int) -> TabularTeam:
    team = relay_tables(relay_v0.parallel_env(**options))
    for number, agent in enumerate(team.agents):
        stir_weights(team.parameters(agent), 1.0, number)
    return team


def keep(team: TabularTeam, folder: Path) -> None:
    for agent in team.agents:
        team.save(agent, agent_folder(folder, agent))


def test_a_team_of_tables_is_loaded_from_the_folder_of_its_run(tmp_path: Path) -> None:
    saved, team = stirred(), relay_tables(relay_v0.parallel_env())
    keep(saved, tmp_path)
    team.load(tmp_path)
    for agent in team.agents:
        assert torch.equal(team.logits[agent], saved.logits[agent])
    assert not torch.equal(team.logits["relay_0"], team.logits["relay_1"])


def test_one_table_is_loaded_alone(tmp_path: Path) -> None:
    saved, team = stirred(), relay_tables(relay_v0.parallel_env())
    saved.save("relay_1", tmp_path)
    team.load_agent("relay_0", tmp_path)
    assert torch.equal(team.logits["relay_0"], saved.logits["relay_1"])
    assert not team.logits["relay_1"].any()


def test_a_table_that_is_missing_or_does_not_fit_is_named_and_nothing_changes(tmp_path: Path) -> None:
    team = stirred()
    before = team.state("relay_0")["logits"]
    keep(stirred(max_cycles=3), tmp_path / "short")
    with pytest.raises(ValueError, match=r"relay_0.table.json does not fit: it has \d+ states"):
        team.load(tmp_path / "short")
    keep(relay_tables(relay_v0.parallel_env()), tmp_path / "half")
    file = agent_folder(tmp_path / "half", "relay_1") / "table.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "actions": ["hold"]}))
    with pytest.raises(ValueError, match=r"relay_1.table.json does not fit: .* the actions hold, this team"):
        team.load(tmp_path / "half")
    file.unlink()
    with pytest.raises(ValueError, match="there is no table of relay_1"):
        team.load(tmp_path / "half")
    assert torch.equal(team.logits["relay_0"], before)
