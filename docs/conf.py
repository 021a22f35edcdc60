"""How Sphinx builds these pages: `python -m sphinx -W -n -b dirhtml docs docs/_build`."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "django_product_isolation" / "__init__.py"
[VERSION] = re.findall(r'^__version__ = "(.+)"$', PACKAGE.read_text(), re.MULTILINE)

project = "django-product-isolation"
author = "the contributors of django-product-isolation"
version = release = VERSION
language = "en"

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
# "attrs_inline" gives single lines of the wire contract an address: [7.4]{#contract-7-4}.
myst_enable_extensions = ["attrs_inline", "deflist"]
myst_heading_anchors = 4

html_theme = "furo"
html_title = "django-product-isolation"
html_static_path = ["_static"]
html_css_files = ["docs.css"]
html_copy_source = False
html_show_copyright = False
html_theme_options = {
    "source_repository": "https://github.com/django-product-isolation/django-product-isolation/",
    "source_branch": "main",
    "source_directory": "docs/",
}
