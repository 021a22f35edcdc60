from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import Selection
from tests.retention.conftest import image, shelf  # noqa: F401 (fixtures)
from tests.retention.history import applied, begun, grow_old, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def past(image):  # noqa: F811
    """A rejected result, an original that was let go with its result, and a row of no use."""
    applied(image)
    upload(image, b"newer")
    rejected = begun(image, Status.REJECTED)
    begun(image, Status.FAILED, result=False)
    grow_old()
    return rejected


def run_command(*args, **options):
    out = StringIO()
    call_command("prune_isolations", *args, stdout=out, **options)
    return out.getvalue()


ALL = ["--results", "30", "--originals", "30", "--rows", "30"]


def test_it_says_what_it_removed(past, shelf):  # noqa: F811
    said = run_command(*ALL)
    assert f"result: {past.result_name}\n" in said
    assert "original: products/Mug.jpg\n" in said
    assert "Removed 2 results and 1 originals (0.0 MB), 1 runs and 1 batches." in said
    assert len(shelf.files) == 1


def test_a_dry_run_says_the_same_and_removes_nothing(past, shelf):  # noqa: F811
    would = run_command(*ALL, "--dry-run")
    assert len(shelf.files) == 4
    assert run_command(*ALL) == would.replace("Would remove", "Removed")


def test_quiet_says_only_the_sum(past, shelf):  # noqa: F811
    assert run_command(*ALL, verbosity=0).count("\n") == 1


def test_files_that_were_gone_are_counted_apart(past, shelf):  # noqa: F811
    del shelf.files[past.result_name]
    assert "1 files were gone already." in run_command(*ALL)


def test_it_ends_with_an_error_when_the_storage_failed(past, shelf):  # noqa: F811
    def before(operation, name):
        raise TimeoutError

    shelf.before = before
    with pytest.raises(CommandError, match="storage failed for 3 files"):
        run_command(*ALL)


def test_ctrl_c_says_how_far_it_came(past, shelf):  # noqa: F811
    def before(operation, name):
        if operation == "delete":
            raise KeyboardInterrupt

    shelf.before = before
    with pytest.raises(CommandError, match=r"Interrupted. Removed 0 results and 0 .* 1 runs"):
        run_command(*ALL)
    shelf.before = lambda operation, name: None
    run_command(*ALL)
    assert len(shelf.files) == 1


def test_one_model_alone(past, shelf):  # noqa: F811
    assert "Removed 0 results" in run_command(*ALL, "--model", "catalogue.Swatch")
    assert "Removed 2 results" in run_command(*ALL, "--model", "catalogue.ProductImage")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "at least one"),
        (["--dry-run"], "at least one"),
        (["--results", "0"], "results takes 1 to"),
        (["--originals", "-3"], "originals takes 1 to"),
        (["--rows", "29"], "rows takes 30 to"),
        (["--results", "99999999999"], "results takes 1 to"),
        (["--results", "soon"], "invalid int"),
        (["--results", "9", "--model", "catalogue.Nothing"], "no model"),
        (["--results", "9", "--model", "nonsense"], "no model"),
        (["--results", "9", "--model", "catalogue.Product"], "not named"),
    ],
)
def test_nonsense_is_refused_in_words(args, says):
    with pytest.raises(CommandError, match=says):
        run_command(*args)


def test_settings_that_name_no_model_are_said(settings):
    settings.PRODUCT_ISOLATION = {"IMAGES": {"catalogue.Nothing": {"field": "x"}}}
    with pytest.raises(CommandError, match="there is no such model"):
        run_command("--results", "30")


def test_old_selections_are_counted(shelf):  # noqa: F811
    Selection.objects.create(created_at=timezone.now() - timedelta(days=40), chosen=1)
    assert "1 selections of more than 30 days." in run_command("--results", "30")
    assert "selections" not in run_command("--results", "30")
