"""What installing and importing cost."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import zipfile
from importlib.metadata import requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
HEAVY = ("torch", "docker", "PIL", "rich", "tyro", "datasets", "transformers")


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout


def test_import_is_light_and_quick():
    code = (
        "import sys, time; start = time.process_time(); import collm_envs; seconds = time.process_time() - start\n"
        "from collm_envs import tldr_v0, arxiv_v0, coophe_v0, strbuild_v0, housebuild_v0, relay_v0\n"
        "for module in (tldr_v0, arxiv_v0, coophe_v0, strbuild_v0, housebuild_v0, relay_v0): module.parallel_env().reset(seed=0)\n"
        f"import json; print(json.dumps([seconds, [name for name in {HEAVY!r} if name in sys.modules]]))"
    )
    seconds, heavy = zip(*(json.loads(run(code)) for _ in range(3)))
    assert list(heavy) == [[], [], []]
    assert min(seconds) < 0.5


def test_agents_import_neither_rich_nor_tyro():
    assert (
        run("import sys, collm_agents; print([name for name in ('rich', 'tyro', 'torch') if name in sys.modules])").strip() == "[]"
    )


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_library_knows_neither_the_commands_nor_what_they_print_with():
    agents = ROOT / "collm_agents"
    library = [path for path in agents.rglob("*.py") if agents / "commands" not in path.parents]
    assert agents / "table.py" in library
    for path in library:
        for name in imported(path):
            assert name.partition(".")[0] not in ("rich", "tyro"), f"{path}: {name}"
            assert not name.startswith("collm_agents.commands") or path == agents / "__main__.py", f"{path}: {name}"


def test_envs_do_not_import_agents():
    for path in (ROOT / "collm_envs").rglob("*.py"):
        text = path.read_text()
        assert "import collm_agents" not in text, path
        assert "from collm_agents" not in text, path
        if path.parent.name == "core":
            for family in ("writing", "minecraft", "coding", "diagnostic"):
                assert f"collm_envs.{family}" not in text, f"{path}: core knows no task"


def test_core_dependencies():
    needed = [requirement for requirement in requires("collm-envs") if "extra ==" not in requirement]
    assert sorted(requirement.split(">")[0] for requirement in needed) == ["gymnasium", "numpy", "pettingzoo"]


@pytest.mark.slow
def test_wheel_and_sdist_install_and_run(tmp_path):
    """Both build, the wheel is small and whole, and both play in environments that hold nothing else."""
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", str(tmp_path), str(ROOT)], check=True, capture_output=True, timeout=300
    )
    (wheel,) = tmp_path.glob("*.whl")
    (sdist,) = tmp_path.glob("*.tar.gz")
    assert wheel.stat().st_size < 1_000_000
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "collm_envs/py.typed",
        "collm_envs/data/SHA256SUMS",
        "collm_envs/data/strbuild/test.jsonl",
        "collm_envs/writing/frames/posts.txt",
        "collm_agents/py.typed",
    ):
        assert needed in names
    assert not any(name.startswith(("tests", "benchmarks", "examples", "collm_envs/coding/problems/train")) for name in names)
    for number, archive in enumerate((wheel, sdist)):
        place = tmp_path / f"venv{number}"
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True, timeout=120)
        python = place / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        subprocess.run([str(python), "-m", "pip", "install", "-q", str(archive)], check=True, capture_output=True, timeout=300)
        code = (
            "from collm_envs import strbuild_v0; env = strbuild_v0.parallel_env(); env.reset(seed=0)\n"
            "while env.agents: env.step({a: env.action_space(a).sample() for a in env.agents})\n"
            "from importlib.metadata import distributions; print(sorted(d.name.lower() for d in distributions()))"
        )
        shown = subprocess.run(
            [str(python), "-c", code], check=True, capture_output=True, text=True, cwd=tmp_path, timeout=120
        ).stdout
        for heavy in ("torch", "rich", "tyro", "pillow"):
            assert f"'{heavy}'" not in shown
