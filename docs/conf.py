"""Settings of the documentation site: ``make docs`` builds it into ``docs/_build/html``."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import rgrl

project = "rgrl"
author = "The rgrl authors"
project_copyright = author
version = release = rgrl.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "mathml",
    "preset_tables",
    "project_links",
    "public_names",
]

nitpicky = True
# Other libraries' pages are not looked up, so that the site builds without a network.
nitpick_ignore_regex = [
    (r"py:.*", r"(torch|np|npt|numpy|scipy|sparse|nn|collections|pathlib|typing|types)(\..*)?"),
    (r"py:.*", r"rgrl\.datasets\.(raw_file\.RawFile|wheel_mirror\.WheelMirror)"),  # of the registry alone
    (r"py:.*", r"(Any|Axes|Figure|Tensor|Path|Callable|Iterable|Iterator|Mapping|Sequence|Self|optional)"),
    (r"py:.*", r"MapMethod"),
]

exclude_patterns = ["_build", "_ext"]
default_role = "code"
highlight_language = "none"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autodoc_member_order = "groupwise"
# What every torch module and every scikit-learn estimator has.
inherited = ("extra_repr", "set_fit_request", "set_transform_request", "set_score_request")
autodoc_default_options = {"members": True, "exclude-members": ", ".join(inherited)}
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False
python_maximum_signature_line_length = 88
python_use_unqualified_type_names = True
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"rgrl {version}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True
