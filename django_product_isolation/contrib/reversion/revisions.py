"""A revision for each swap, as saving the image in the admin would make one."""

import reversion

from django_product_isolation.workflow.audit import Change


def write(change: Change) -> None:
    """One revision with a version of each registered model that shows the image."""
    rows = [change.row(model) for model in change.models() if reversion.is_registered(model)]
    shown = [row for row in rows if row is not None]
    if not shown:
        return
    with reversion.create_revision(manage_manually=True):
        reversion.set_user(change.actor)
        reversion.set_comment(change.sentence)
        for row in shown:
            reversion.add_to_revision(row)
