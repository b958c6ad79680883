from __future__ import annotations

import pytest

from rgrl.errors import ConfigError
from rgrl.presets import load_preset, preset_names
from rgrl.presets.preset_text import preset_text


@pytest.mark.parametrize("name", preset_names())
def test_what_is_written_is_what_is_read(name, tmp_path):
    preset, path = load_preset(name), tmp_path / "own.toml"
    path.write_text(preset_text(preset, ["a line\nof # two"]))
    assert path.read_text().startswith("# a line of # two\n\nmethod = ")
    assert load_preset(str(path)) == preset


def test_an_unknown_key_in_such_a_file_is_refused(tmp_path):
    path = tmp_path / "own.toml"
    path.write_text(preset_text(load_preset("rgrl-cora")) + "tuned = true\n")
    with pytest.raises(ConfigError, match="unknown key 'tuned'"):
        load_preset(str(path))
