"""Why a run waits, ended or was not begun: an id to search for and words for shop staff.

The id stands in rows, events and logs; the words are what staff read. Nothing outside this package
puts an explanation of a run into words.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """Stable ids with the sentence that staff see; read it through ``sentence_of``."""

    # Not begun: these name the image, as they are said of several at once
    NO_FILE = "no-file", _("%(name)s has no image yet. Upload one first.")
    PLACEHOLDER = (
        "placeholder",
        _("%(name)s shows only the shop's placeholder. Upload a photo first."),
    )
    ALREADY_OPEN = "already-open", _("%(name)s is being isolated already.")
    WAITS_FOR_REVIEW = (
        "waits-for-review",
        _("%(name)s has a result that waits for review. Approve it, reject it or redo it."),
    )
    NEEDS_ATTENTION = (
        "needs-attention",
        _("%(name)s is being isolated already, and needs attention first: see why, then decide."),
    )
    ORDERED_ALREADY = "ordered-already", _("%(name)s was already ordered again.")
    SHOWS_ANOTHER = "shows-another", _("%(name)s shows another file. Choose Redo with changes.")
    OVER_MAX_BATCH = (
        "over-max-batch",
        _("%(name)s is one image too many for one order. Isolate it in the next one."),
    )
    NOT_SHOWN = "not-shown", _("%(name)s was deleted, or the shop does not show it.")
    LEFT_OUT = "left-out", _("%(name)s was left out when the others were started.")
    NOT_ALLOWED = "not-allowed", _("You are not allowed to change %(name)s.")
    NOT_RECORDABLE = (
        "not-recordable",
        _("%(name)s has a file name or a key that is too long. Ask your developer."),
    )
    BEING_RESTORED = "being-restored", _("%(name)s is getting its original back at this moment.")
    BEING_ISOLATED = (
        "being-isolated",
        _("%(name)s is being isolated right now. Stop that first, then restore."),
    )
    IS_RESTORED = "is-restored", _("%(name)s shows its original again already.")
    ORIGINAL_REMOVED = (
        "original-removed",
        _("%(name)s has no original any more: it was removed on purpose and cannot be restored."),
    )
    NOT_NAMED = (
        "not-named",
        _("Images like that of %(name)s are no longer isolated here. Ask your developer."),
    )
    NOTHING_TO_RESTORE = (
        "nothing-to-restore",
        _("%(name)s shows no isolated image, so there is nothing to restore."),
    )
    # Decided in vain: what was to be decided is not, or no longer, to be decided
    MOVED_ON = "moved-on", _("%(name)s has changed in the meantime. Please check it again.")
    APPROVED_MEANWHILE = (
        "approved-meanwhile",
        _("%(name)s was approved meanwhile, and is not rejected."),
    )
    NOT_WAITING = "not-waiting", _("%(name)s does not wait for review.")
    NOT_HELD = "not-held", _("%(name)s does not need attention, so there is nothing to resume.")
    NOT_RESTORING = "not-restoring", _("%(name)s is not getting its original back.")
    NOT_STOPPABLE = "not-stoppable", _("%(name)s waits for nothing that could be stopped.")
    NOT_FAILED = "not-failed", _("%(name)s did not fail, so it is not tried again.")
    NOT_UNUSED = (
        "not-unused",
        _("%(name)s shows its result, or waits for one, so it is not redone."),
    )
    # The image
    SOURCE_MISSING = (
        "source-missing",
        _("The file of this image is missing. Upload the image again, then isolate it."),
    )
    SOURCE_UNREADABLE = (
        "source-unreadable",
        _("This file is no image we can read. Upload a JPEG, PNG or WebP, then isolate it."),
    )
    SOURCE_TOO_LARGE = (
        "source-too-large",
        _("This image is too large. Upload a smaller one, then isolate it."),
    )
    SOURCE_NOT_PUBLIC = (
        "source-not-public",
        _("Runflow cannot fetch this image from our storage. Ask your developer."),
    )
    NAME_TOO_LONG = (
        "name-too-long",
        _("The shop's field for file names is too short for the result. Ask your developer."),
    )
    NAME_TAKEN = (
        "name-taken",
        _("Our file storage does not keep files of different names apart. Ask your developer."),
    )
    NAME_REFUSED = (
        "name-refused",
        _("Our file storage refuses the name that the result would have. Ask your developer."),
    )
    MAKES_ROOM = (
        "makes-room",
        _("Our file storage deletes other files to make room for a new one. Ask your developer."),
    )
    IMAGE_CHANGED = (
        "image-changed",
        _("Somebody changed the image in the meantime, so their new image was kept."),
    )
    IMAGE_DELETED = "image-deleted", _("The image was deleted in the meantime.")
    IMAGE_HIDDEN = (
        "image-hidden",
        _(
            "The shop hides this image, as in a bin, so it was not sent. If you see it in its "
            "list, ask your developer."
        ),
    )
    # Talking to Runflow
    NOT_REACHED = (
        "not-reached",
        _("Runflow could not be reached. Nothing was charged. We try again automatically."),
    )
    STILL_NOT_REACHED = (
        "still-not-reached",
        _("Runflow could not be reached for a long time. Nothing was charged. Resume later."),
    )
    BUSY = "busy", _("Runflow is busy. We try again automatically.")
    IN_TRANSACTION = (
        "in-transaction",
        _(
            "Nothing was sent or charged, because the shop's own program kept its database busy "
            "around it. We try again automatically. Ask your developer."
        ),
    )
    ORDERED_OTHERWISE = (
        "ordered-otherwise",
        _(
            "Runflow's price or the shop's settings for it are no longer as when this was ordered, "
            "or a budget is exceeded, so it was not sent. Nothing was charged. Stop waiting for "
            "it, then isolate the image again. If that waits as well, ask your developer."
        ),
    )
    NO_ANSWER = (
        "no-answer",
        _("Runflow does not answer at the moment. We continue automatically as soon as it does."),
    )
    CONFLICT = (
        "conflict",
        _("Runflow has already received this request. We are checking what became of it."),
    )
    UNCONFIRMED = (
        "unconfirmed",
        _("Runflow's answer was lost. We are checking whether the request arrived."),
    )
    NOT_ACCEPTED = (
        "not-accepted",
        _("The request never arrived at Runflow. Nothing was charged; isolate the image again."),
    )
    ARRIVED_LATE = (
        "arrived-late",
        _("The request arrived at Runflow after all, too late for this run."),
    )
    STILL_UNCONFIRMED = (
        "still-unconfirmed",
        _("We could not find out whether Runflow accepted the request. Resume to check again."),
    )
    REQUEST_REFUSED = (
        "request-refused",
        _("Runflow refused the request. Nothing was charged. Ask your developer."),
    )
    NO_CREDIT = (
        "no-credit",
        _("The Runflow account has no credit left. Nothing was charged. Top it up, then resume."),
    )
    KEY_REFUSED = (
        "key-refused",
        _("Runflow refused our access. Nothing new is sent. Ask your developer, then resume."),
    )
    RUN_MISSING = "run-missing", _("Runflow does not know this run any more. Ask your developer.")
    RUN_FAILED = "run-failed", _("Runflow could not isolate this image.")
    RUN_CANCELLED = "run-cancelled", _("The run was cancelled at Runflow.")
    TOO_LONG = "too-long", _("Runflow has not finished within a day. Resume to go on waiting.")
    # The result
    OUTPUT_MISSING = (
        "output-missing",
        _("Runflow finished without an image. Resume to check again."),
    )
    OUTPUT_UNREADABLE = (
        "output-unreadable",
        _("What Runflow sent is no image we can use. It is paid for: resume to try again."),
    )
    RESULT_TOO_LARGE = (
        "result-too-large",
        _("Such results have more pixels than can be opened here. Ask your developer."),
    )
    RESULT_REFUSED = (
        "result-refused",
        _("The shop's own field does not accept the result. Ask your developer, then resume."),
    )
    OUTPUT_UNSAFE = (
        "output-unsafe",
        _(
            "The result is at an address that we do not download from. It is paid for. "
            "Ask your developer, then resume."
        ),
    )
    OUTPUT_UNAVAILABLE = (
        "output-unavailable",
        _("The result could not be downloaded from Runflow. It is paid for: resume to try again."),
    )
    STORAGE_FAILED = (
        "storage-failed",
        _("Our own file storage did not work. Ask your developer, then resume."),
    )
    STORAGE_CHANGES = (
        "storage-changes",
        _(
            "Our file storage changes pictures while it stores them, so no result can be shown. "
            "Ask your developer, then resume."
        ),
    )
    FIELD_STOPPED = (
        "field-stopped",
        _("Not sent, not charged: first resume the paid results that the history names."),
    )
    UNUSUAL = "unusual", _("The result looks unusual. Compare before and after, then decide.")
    DOUBTFUL = (
        "doubtful",
        _("Something about the result deserves a closer look. Approve it or reject it."),
    )
    SEVERAL_RESULTS = (
        "several-results",
        _("Runflow sent more than one image; this is the first. Approve or reject it."),
    )
    RESULT_MISSING = (
        "result-missing",
        _("The file of the result is missing or damaged. The product keeps its image."),
    )
    ORIGINAL_MISSING = (
        "original-missing",
        _("The original file is missing or damaged, so nothing was changed. Ask your developer."),
    )
    # Putting originals back
    JUST_PUBLISHED = "just-published", _("The result had only just been published.")
    STORAGE_AWAY = (
        "storage-away",
        _("Waiting for our own file storage, which does not answer. We try again automatically."),
    )
    NOT_PUT_BACK = (
        "not-put-back",
        _(
            "Restoring the original failed several times, so nothing was changed. "
            "Ask your developer."
        ),
    )
    ORIGINAL_REFUSED = (
        "original-refused",
        _(
            "The shop's database does not accept the original, so nothing was changed. "
            "Ask your developer."
        ),
    )
    RESTORE_STOPPED = (
        "restore-stopped",
        _("Restoring was stopped by a user, so nothing was changed."),
    )
    # Removed on purpose
    RESULT_PRUNED = "result-pruned", _("Nobody used this result any more.")
    ORIGINAL_PRUNED = (
        "original-pruned",
        _("The product had shown neither this original nor its result for a long time."),
    )
    # Ourselves
    WORKER_LOST = (
        "worker-lost",
        _("The program that took this step was stopped. We try again automatically."),
    )
    FIELD_UNKNOWN = (
        "field-unknown",
        _(
            "The shop's settings no longer name the field of this image, so it is left alone. "
            "Ask your developer."
        ),
    )
    WORKER_SHORT = (
        "worker-short",
        _(
            "The computer that works on the images has no memory or disk space left. "
            "Ask your developer."
        ),
    )
    CRASHED = "crashed", _("This step failed several times. Ask your developer, then resume.")
    STOPPED = (
        "stopped",
        _("Stopped by a user. A request that was already sent may still be charged."),
    )
