"""Every block of Python that README.md and docs/ print compiles, and runs in its page's order."""

from __future__ import annotations

import os
from pathlib import Path
from types import CodeType

import pytest
from printed import PROJECT, Block, pages, python_blocks

from rgrl.datasets import find_spec, on_disk

BLOCKS = {page: python_blocks(page) for page in pages()}


def absent(block: Block) -> list[str]:
    """The datasets that a block needs and that are not in RGRL_DATA."""
    root = os.environ.get("RGRL_DATA")
    return [name for name in block.needs if not (root and on_disk(name, root=Path(root)))]


def compiled(block: Block) -> CodeType:
    return compile("\n" * block.line + block.code, str(block.page), "exec")


def test_every_block_compiles_and_names_known_datasets():
    for block in (block for blocks in BLOCKS.values() for block in blocks):
        assert compiled(block)
        assert [find_spec(name).name for name in block.needs] == list(block.needs)


def test_the_read_me_and_the_quickstart_have_some():
    assert BLOCKS[PROJECT / "README.md"]
    assert len(BLOCKS[PROJECT / "docs" / "quickstart.md"]) > 3


def test_few_blocks_are_not_run():
    left_out = [
        f"{block.page}:{block.line}" for blocks in BLOCKS.values() for block in blocks if block.not_run
    ]
    assert len(left_out) <= 3, left_out


def test_what_stands_above_a_block_is_read(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- needs: cora, cs -->\n\n```python\na = 1\n```\n\n<!-- not run: long -->\n- item\n\n  ```python\n"
        "  b = 2\n  ```\n\n<!-- not run: long -->\n```python\nc = 3\n```\n\n```{eval-rst}\nd\n```\n"
    )
    found = [(block.line, block.code, block.needs, block.not_run) for block in python_blocks(page)]
    assert found == [(3, "a = 1", ("cora", "cs"), ""), (10, "b = 2", (), ""), (15, "c = 3", (), "long")]


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [page for page, blocks in BLOCKS.items() if blocks],
    ids=lambda page: str(page.relative_to(PROJECT)),
)
def test_blocks_run_from_top_to_bottom(page, tmp_path, monkeypatch):
    """All blocks of a page share one namespace and an empty folder, as a reader's session would."""
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    done = 0
    for block in BLOCKS[page]:
        if block.not_run or absent(block):
            continue
        exec(compiled(block), namespace)
        done += 1
    if not done:
        pytest.skip(f"needs {', '.join(absent(BLOCKS[page][0]))}")
