"""Images in the shop's bin: rows that the default manager hides. Nothing is paid for them."""

import pytest

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.host import target_for
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import RunflowClient
from tests.shops.bazaar.models import Photo
from tests.shops.bazaar.stock import make_photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(runflow, settings):
    images = {"bazaar.Photo": {"field": "picture", "product": "ware"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    return make_photo()


def bin_it(photo, binned=True):
    Photo.everything.filter(pk=photo.pk).update(binned=binned)


def name_of(photo):
    return Photo.everything.get(pk=photo.pk).picture.name


def test_what_goes_into_the_bin_after_the_click_is_not_sent(photo, step, runflow):
    run = isolate(photo).runs.get()
    bin_it(photo)
    run = step(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_HIDDEN)
    assert run.runflow_run_id is None
    assert not runflow.runs_of(run)


def test_nor_is_what_goes_there_while_it_is_prepared(photo, step, runflow, monkeypatch):
    run = isolate(photo).runs.get()
    upload = RunflowClient.upload

    def upload_slowly(*args, **kwargs):
        asset = upload(*args, **kwargs)
        bin_it(photo)
        return asset

    monkeypatch.setattr(RunflowClient, "upload", upload_slowly)
    run = step(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_HIDDEN)
    assert not runflow.runs_of(run)


def test_what_is_taken_out_again_before_it_is_sent_goes_on(photo, go_on):
    run = isolate(photo).runs.get()
    bin_it(photo)
    bin_it(photo, binned=False)
    assert go_on(run).status == Status.APPLIED


def test_a_result_that_comes_while_it_lies_in_the_bin_brings_nothing_back(photo, go_on):
    run = go_on(isolate(photo).runs.get(), Status.PROCESSING)
    before = name_of(photo)
    bin_it(photo)
    run = go_on(run)
    assert not Photo.objects.filter(pk=photo.pk).exists()
    # It is paid for: who takes the photo out of the bin finds the result, and may put it back.
    assert (run.status, name_of(photo)) == (Status.APPLIED, run.result_name)
    bin_it(photo, binned=False)
    assert restore(photo).begun == [run]
    assert go_on(run, Status.RESTORED).status == Status.RESTORED
    assert name_of(photo) == before


def test_a_row_that_only_the_bin_shows_is_no_name_to_go_by(photo):
    target = target_for(Photo)
    assert target.shown_name(str(photo.pk)) == name_of(photo)
    bin_it(photo)
    assert target.shown_name(str(photo.pk)) is None
    assert target.current_name(str(photo.pk)) == name_of(photo)
    assert IsolationRun.objects.count() == 0


def test_a_base_manager_that_hides_what_was_binned_costs_no_result_that_was_paid(
    photo, go_on, monkeypatch
):
    run = go_on(isolate(photo).runs.get(), Status.COLLECTING)
    bin_it(photo)
    monkeypatch.setitem(vars(Photo._meta), "base_manager", Photo._default_manager)
    run = go_on(run)
    assert run.status == Status.APPLIED
    assert name_of(photo) == run.result_name
    restore(Photo.everything.all())
    assert go_on(run).status == Status.RESTORED
