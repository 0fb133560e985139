"""Configuration of the documentation: ``sphinx-build -W docs <output>``."""

from __future__ import annotations

import sys
from pathlib import Path

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE.parent), str(_HERE)]

import build_api  # noqa: E402
import build_differences  # noqa: E402
import build_matrix  # noqa: E402
import build_notebooks  # noqa: E402
import build_numerical_policy  # noqa: E402
import build_tape_and_backward  # noqa: E402
import build_torch_operations  # noqa: E402

import tapegrad  # noqa: E402

build_api.write()
build_differences.write()
build_matrix.write()
build_notebooks.write()
build_torch_operations.write()
build_numerical_policy.write()
build_tape_and_backward.write()

project = "tapegrad"
author = "The tapegrad authors"
project_copyright = "2026, the tapegrad authors"
version = release = tapegrad.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]
default_role = "code"

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
# Notebooks are shown as they are committed; CI runs them on its own.
nb_execution_mode = "off"

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "none"
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = f"tapegrad {release}"
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 2,
}
# Pages without pages below them need no navigation beside them.
html_sidebars = {"*": [], "notebooks/*": []}
html_static_path = ["_static"]
html_css_files = ["tapegrad.css"]
html_show_sourcelink = False
