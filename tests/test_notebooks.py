from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).parent.parent
EXAMPLES = PROJECT / "examples"
NOTEBOOKS = sorted(path for path in EXAMPLES.glob("*.py") if path.read_text().startswith("# %%"))
OTHERS = {"build_notebooks.py", "lightning_module.py", "make_pictures.py"}
MARKDOWN, CODE = "# %% [markdown]", "# %%"


def name(path: Path) -> str:
    return path.stem


def cells_of_script(script: Path) -> list[tuple[str, str]]:
    """Kind and text of each cell; blank lines around a text do not count."""
    cells: list[tuple[str, list[str]]] = []
    for line in script.read_text().splitlines():
        if line in (MARKDOWN, CODE):
            cells.append(("markdown" if line == MARKDOWN else "code", []))
        elif cells[-1][0] == "markdown":
            cells[-1][1].append(line.removeprefix("#").removeprefix(" "))
        else:
            cells[-1][1].append(line.removeprefix("# ") if line.startswith("# %") else line)
    return [(kind, "\n".join(lines).strip()) for kind, lines in cells]


def cells_of_notebook(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text())["cells"]


def test_every_script_is_a_notebook_or_known_as_something_else():
    assert {path.name for path in EXAMPLES.glob("*.py")} - {path.name for path in NOTEBOOKS} == OTHERS
    assert len(NOTEBOOKS) == 6


@pytest.mark.parametrize("script", NOTEBOOKS, ids=name)
def test_a_script_parses_begins_with_its_title_and_asserts_what_it_says(script):
    compile(script.read_text(), script, "exec")
    cells = cells_of_script(script)
    kind, text = cells[0]
    assert kind == "markdown"
    assert re.match(r"# \w.*\n\n\w", text)
    assert sum(part.startswith("# ") for kind, part in cells if kind == "markdown") == 1
    assert any(re.search(r"^ *assert ", part, re.MULTILINE) for kind, part in cells if kind == "code")


def test_the_page_lists_every_notebook_by_its_title():
    page = (PROJECT / "docs" / "notebooks.md").read_text()
    listed = re.findall(
        r"^\| \[(.+?)\]\(\.\./examples/(\w+)\.ipynb\) \| \[\2\.py\]\(\.\./examples/\2\.py\) \| .+\. \|$",
        page,
        re.MULTILINE,
    )
    titles = {path.stem: cells_of_script(path)[0][1].splitlines()[0].removeprefix("# ") for path in NOTEBOOKS}
    assert {stem: title for title, stem in listed} == titles
    assert "lightning_module.py" in page


@pytest.mark.parametrize("script", NOTEBOOKS, ids=name)
def test_the_built_notebook_has_the_cells_of_its_script(script):
    built = cells_of_notebook(script.with_suffix(".ipynb"))
    found = [(cell["cell_type"], "".join(cell["source"]).strip()) for cell in built]
    assert found == cells_of_script(script), "make notebooks"


@pytest.mark.parametrize("script", NOTEBOOKS, ids=name)
def test_the_built_notebook_was_run_to_its_end_without_a_warning(script):
    built = script.with_suffix(".ipynb")
    code = [cell for cell in cells_of_notebook(built) if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert outputs
    assert all(output["output_type"] != "error" and output.get("name") != "stderr" for output in outputs)
    assert built.stat().st_size < 1 << 20


def test_the_lightning_module_compiles():
    script = EXAMPLES / "lightning_module.py"
    compile(script.read_text(), script, "exec")


@pytest.mark.slow
@pytest.mark.parametrize("script", NOTEBOOKS, ids=name)
def test_a_notebook_runs(script, monkeypatch):
    pytest.importorskip("jupytext")
    pytest.importorskip("nbclient")
    monkeypatch.syspath_prepend(EXAMPLES)
    from build_notebooks import executed

    outputs = [output for cell in executed(script).cells for output in cell.get("outputs", [])]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    built = [
        output
        for cell in cells_of_notebook(script.with_suffix(".ipynb"))
        for output in cell.get("outputs", [])
    ]
    assert [output.output_type for output in outputs] == [output["output_type"] for output in built]


@pytest.mark.slow
def test_the_row_of_the_paper_can_be_coras(data_root):
    environment = {**os.environ, "RGRL_DATA": str(data_root)}
    script = EXAMPLES / "reproduce.py"
    done = subprocess.run(
        [sys.executable, script], env=environment, check=True, capture_output=True, text=True
    )
    assert "rgrl-bench run cora" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("lightning") is None, reason="needs lightning")
def test_the_lightning_module_trains_as_the_package_does():
    subprocess.run([sys.executable, EXAMPLES / "lightning_module.py"], check=True)
