"""What hosts and tools read beside the package: it parses, and what it names is there."""

import re
import shlex

import pytest
import yaml

from django_product_isolation import __version__
from tests.docs.pages import ROOT
from tests.docs.shell import project

FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def read(name):
    return yaml.safe_load((ROOT / name).read_text())


def test_the_public_host_tests_every_pair_and_calls_what_ci_calls():
    jobs = read(".github/workflows/ci.yml")["jobs"]
    assert {"run": ".ci/run"} in jobs["everything"]["steps"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    pairs = jobs["pairs"]["strategy"]["matrix"]["include"]
    assert [pair["environment"] for pair in pairs] == project()["tool"]["tox"]["env_list"]
    for pair in pairs:
        assert pair["environment"].startswith(f"py{pair['python'].replace('.', '')}-")


def test_the_documentation_is_built_by_the_public_host_as_by_ci():
    config = read(".readthedocs.yaml")
    assert (ROOT / config["sphinx"]["configuration"]).is_file()
    assert config["sphinx"]["fail_on_warning"] is True
    [package] = config["python"]["install"]
    assert set(package["extra_requirements"]) <= set(project()["project"]["optional-dependencies"])
    assert f"-b {config['sphinx']['builder']} docs" in (ROOT / ".ci" / "run").read_text()


def test_hooks_run_tools_that_the_extras_bring():
    [local] = read(".pre-commit-config.yaml")["repos"]
    tools = {"ruff", "django-admin", "python"}
    for hook in local["hooks"]:
        words = [word for word in shlex.split(hook["entry"]) if "=" not in word]
        assert words[words[0] == "env"] in tools
        re.compile(hook.get("files", ""))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_issue_forms_ask_for_something(form):
    asked = read(form.relative_to(ROOT))
    if form.name == "config.yml":
        assert all(link["url"].startswith("https://") for link in asked["contact_links"])
        return
    assert {"name", "description", "body"} <= set(asked)
    ids = [field["id"] for field in asked["body"] if field["type"] != "markdown"]
    assert len(ids) == len(set(ids)) > 0


def test_a_release_without_its_section_in_the_changelog_is_refused():
    [section] = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)[:1]
    assert re.fullmatch(r"\d+\.\d+\.\d+ \((unreleased|\d{4}-\d\d-\d\d)\)", section)
    assert section.startswith(f"{__version__} ")
    [_checkout, refuse] = read(".github/workflows/ci.yml")["jobs"]["release"]["steps"]
    assert "CHANGELOG.md" in refuse["run"]
