"""What the app tells the shop. Receivers may be called more than once for one happening."""

from django.dispatch import Signal

# A run reached its end. Sent with: run (IsolationRun).
run_finished = Signal()

# The image field is about to point at another file. Sent with: run, instance (the host's row, which
# shows that file already and is not saved).
image_swapping = Signal()

# The image field was pointed at another file. Sent in the same transaction, for what has to change
# with it: the database only, and what a receiver raises undoes the swap. Sent with: run, old and
# new (names of files), actor (a user, or None).
image_swapped = Signal()

# The image field points at the result. Sent with: run, instance (the host's row).
image_applied = Signal()

# The image field points at the original again. Sent with: run, instance (the host's row).
image_restored = Signal()

# A file is about to be removed by pruning. Sent with: run, name (of the file), role ("result" or
# "original"). A receiver that returns True, or raises, keeps it. Sent for a dry run too.
file_pruning = Signal()

# Runs want attention now; what carries nudges listens. Sent with: run_ids (list of UUID).
work_due = Signal()
