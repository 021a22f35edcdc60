"""What takes the steps of runs in tests that have no worker."""

from django_product_isolation import workflow


def sweep(*, limit: int = 1000) -> int:
    """Take one step of every run that is due; returns how many steps were taken."""
    from django_product_isolation.models import IsolationRun

    due = list(IsolationRun.objects.due().values_list("pk", flat=True)[:limit])
    return sum(workflow.work_on(pk) for pk in due)
