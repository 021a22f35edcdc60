# One name for each thing done every day: `just` lists them. `pip install rust-just` brings it.

venv := ".venv"
python := if path_exists(venv / "bin/python") == "true" { venv / "bin/python" } else { "python3" }
version := `sed -n 's/^__version__ = "\(.*\)"$/\1/p' django_product_isolation/__init__.py`

[private]
default:
    @{{just_executable()}} --list --unsorted

# an environment with all that tests, tools and documentation need
setup:
    python3 -m venv {{venv}}
    {{venv}}/bin/pip install -e ".[docs,lint,test]"

# the tests that a contributor needs every day
test *arguments:
    {{python}} -m pytest -n auto --dist loadfile {{arguments}}

# all tests, as CI runs them
test-long *arguments:
    {{python}} -m pytest -n auto --dist loadfile --long {{arguments}}

# the same against the wheel, in a folder without the package's sources
test-wheel *arguments:
    .ci/test-wheel {{arguments}}

# sort imports and format the code
format:
    {{python}} -m ruff check --fix .
    {{python}} -m ruff format .

# lint, check the formatting, and see that no migration is missing
lint:
    {{python}} -m ruff check .
    {{python}} -m ruff format --check .
    DJANGO_SETTINGS_MODULE=tests.settings PYTHONPATH=. \
        {{python}} -m django makemigrations --check --dry-run product_isolation

types:
    {{python}} -m mypy

# the pages, in docs/_build or elsewhere
docs folder="docs/_build":
    {{python}} -m sphinx -W --keep-going -n -q -b dirhtml docs {{folder}}

# whether this version may be tagged, as `v` and its number
release-check tag=("v" + version):
    test "{{tag}}" = "v{{version}}"
    grep -qE '^## {{replace(version, ".", "\\.")}} \([0-9]{4}-[0-9]{2}-[0-9]{2}\)$' CHANGELOG.md
