"""Run the examples and keep them as notebooks beside their scripts: `build_notebooks.py [SCRIPT ...]`."""

import os
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parent
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook_scripts(folder: Path = EXAMPLES) -> list[Path]:
    """Scripts in the percent format, the others left out."""
    return [path for path in sorted(folder.glob("*.py")) if path.read_text().startswith("# %% [markdown]\n")]


def executed(script: Path, *, data: str | None = None, timeout_s: int = 600) -> Any:
    """Run a script as a notebook, and give it with its outputs.

    The same script on the same machine gives the same file: no times, no random ids, no versions.

    Args:
        script: In jupytext's percent format.
        data: Folder that the notebook finds in the variable RGRL_DATA; None for no such variable.
        timeout_s: Seconds that a cell may take.
    """
    notebook = jupytext.read(script, fmt="py:percent")
    for number, cell in enumerate(notebook.cells):
        cell.id = f"{script.stem}-{number}"
    environment = {name: value for name, value in os.environ.items() if name != "RGRL_DATA"}
    environment["PYTHONWARNINGS"] = "ignore:IProgress not found"  # tqdm's, on import, without ipywidgets
    if data is not None:
        environment["RGRL_DATA"] = data
    client = NotebookClient(
        notebook,
        timeout=timeout_s,
        kernel_name=KERNEL["name"],
        resources={"metadata": {"path": str(script.parent)}},
        record_timing=False,
        coalesce_streams=True,
    )
    client.execute(env=environment)
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    return notebook


def main(arguments: list[str]) -> None:
    """Build the named scripts, or all."""
    for script in [Path(argument) for argument in arguments] or notebook_scripts():
        target = script.with_suffix(".ipynb")
        nbformat.write(executed(script), target)
        print(f"{target}: {target.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
