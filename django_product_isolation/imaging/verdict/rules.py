"""The findings that come with the package, and the words for them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from .finding import Region, Seen, register
from .limits import Limits

Measures = Mapping[str, Any]

RUNS_ON = 0.28  # of a part's sides that lie along the window's rim: it may be a wall or a leg


@register(
    "background_not_white",
    _("The background may not be plain white. Look closely at the corners."),
    _("Background not white"),
)
def background_not_white(measures: Measures, limits: Limits) -> float:
    background = measures["background"]
    ratios = (
        background["below_white"] / limits.below_white,
        background["worst_corner"] / limits.worst_corner,
    )
    return float(max(ratios))


@register(
    "cut_off",
    _("The product may be cut off at the edge of the picture. Look closely whether it is whole."),
    _("Cut off"),
)
def cut_off(measures: Measures, limits: Limits) -> float:
    frame = measures["frame"]
    return float(frame["touching"] / limits.touching)


@register(
    "too_small",
    _("The product may be too small in the picture. Look closely whether it fits."),
    _("Too small"),
)
def too_small(measures: Measures, limits: Limits) -> Seen | float:
    frame = measures["frame"]
    if frame["empty"]:
        return 2.0
    return Seen(limits.least_fill / max(frame["fill"], 0.01), _result(frame["box"]))


@register(
    "too_large",
    _("The product may fill the picture to its edges. Look closely whether it has room."),
    _("Fills the picture"),
)
def too_large(measures: Measures, limits: Limits) -> float:
    return float(measures["frame"]["fill"] / limits.most_fill)


@register(
    "leftover",
    _("Something besides the product may be in the picture. Look closely around the product."),
    _("Something beside the product"),
)
def leftover(measures: Measures, limits: Limits) -> Seen:
    # A second thing as large as the first is the other of a pair.
    islands = [
        one
        for one in measures["frame"]["islands"]
        if limits.island <= one["share"] <= limits.most_island
    ]
    strength = max((one["share"] / limits.island for one in islands), default=0.0)
    where = [Region(result=one["box"]) for one in islands]
    rim = measures.get("rim", {})
    strength = max(strength, rim.get("halo", 0.0) / limits.halo)
    added = _believed(measures, limits, "added")
    strength = max([strength, *(one["share"] / limits.added for one in added)])
    if _missing_edge(measures, limits)[0] >= 1 and not _is_pale(measures, limits):
        # Two witnesses: nothing stands out there, and the outline runs where no edge is.
        more = measures.get("extent", {}).get("added", ())
        added = [one for one in more if one["share"] >= limits.added_seen_twice]
        strength = max([strength, *(one["share"] / limits.added_seen_twice for one in added)])
    return Seen(strength, (*where, *(Region(result=one["box"]) for one in added)))


@register(
    "soft",
    _("The picture may be blurry. Look closely whether it is sharp enough."),
    _("Blurry"),
)
def soft(measures: Measures, limits: Limits) -> float | None:
    outline = measures["softness"]["outline"]
    return None if outline is None else float(outline / limits.outline)


@register(
    "stretched",
    _("The product may be wider or narrower than it is. Look closely at its proportions."),
    _("Wider or narrower"),
)
def stretched(measures: Measures, limits: Limits) -> float | None:
    alignment = measures["alignment"]
    if alignment["inliers"] < limits.stretch_inliers:
        return None
    return float((alignment["stretch"] - 1) / (limits.stretch - 1))


@register(
    "maybe_another",
    _("This may be another product than in your photo. Look closely at both pictures."),
    _("Maybe another product"),
)
def maybe_another(measures: Measures, limits: Limits) -> float:
    alignment = measures["alignment"]
    if alignment["mirrored"] > max(alignment["inliers"], limits.least_inliers):
        return 2.0
    if alignment["inliers"] < limits.least_inliers:
        return 0.0 if alignment["keypoints"] < limits.plain else 2.0
    ratios = (
        limits.least_share / max(alignment["share"], 1e-3),
        limits.least_span / max(alignment["span"], 1e-3),
    )
    return float(max(ratios))


@register(
    "colour_differs",
    _("A colour may differ from your photo. Look closely at the colours of both pictures."),
    _("Colour differs"),
)
def colour_differs(measures: Measures, limits: Limits) -> Seen:
    colour = measures["colour"]
    whole = max(
        colour["shift_ab"] / limits.shift_ab,
        abs(colour["shift_l"]) / limits.shift_l,
        abs(colour["shift_chroma"]) / limits.shift_chroma,
    )
    part, where = _blobs(colour["blobs"], limits.part_colour)
    return Seen(max(whole, part), where)


@register(
    "label_differs",
    _("Text, a logo or a pattern may differ from your photo. Look closely and compare them."),
    _("Text or pattern differs"),
)
def label_differs(measures: Measures, limits: Limits) -> Seen | None:
    if not _is_sure(measures, limits):
        return None
    return Seen(*_blobs(measures["structure"]["blobs"], limits.structure))


@register(
    "part_missing",
    _("A part may be missing, or shown twice. Look closely whether the product is complete."),
    _("Part missing or shown twice"),
)
def part_missing(measures: Measures, limits: Limits) -> Seen | None:
    if not _is_sure(measures, limits):
        return None
    strength, where = _missing_edge(measures, limits)
    if _is_confirmed(measures, limits) or _is_pale(measures, limits):
        strength, where = 0.0, ()
    missing = _believed(measures, limits, "missing")
    strength = max([strength, *(one["share"] / limits.missing for one in missing)])
    same = _goes_on(measures, limits)
    strength = max([strength, *(one["share"] / limits.missing_same for one in same)])
    missing = [*missing, *(one for one in same if one not in missing)]
    twice = _shown_twice(measures, limits)
    strength = max([strength, *(one["share"] / limits.added_seen_twice for one in twice)])
    where = (*where, *(Region(result=one["box"]) for one in twice))
    return Seen(strength, (*where, *(Region(source=one["box"]) for one in missing)))


@register(
    "not_checked",
    _("Not everything could be compared by itself. Look closely at both pictures."),
    _("Not everything compared"),
)
def not_checked(measures: Measures, limits: Limits) -> Seen | None:
    about = [f"{one['what']}: {one['why']}" for one in measures["unchecked"]]
    if "alignment" in measures and not _is_sure(measures, limits):
        about.append("alignment: hardly found")
    product = measures.get("product", {})
    if product.get("pale", 0.0) >= limits.pale or (
        _is_pale(measures, limits)
        and not _is_confirmed(measures, limits)
        and _missing_edge(measures, limits)[0] >= 1
    ):
        about.append("product: as white as its background")
    if product.get("holes", 0.0) >= limits.holes:
        about.append("product: open to its background")
    return Seen(1.0, about=tuple(about)) if about else None


def _is_sure(measures: Measures, limits: Limits) -> bool:
    """Whether the pictures lie over one another exactly enough for fine comparisons."""
    return bool(measures["alignment"]["inliers"] >= limits.sure)


def _result(box: list[float]) -> tuple[Region, ...]:
    return (Region(result=box),)


def _blobs(
    blobs: Iterable[Mapping[str, Any]], limits: tuple[tuple[float, float], ...]
) -> tuple[float, tuple[Region, ...]]:
    """The strongest of the blobs, each by the limit of its level, and where they are."""
    shares = dict(limits)
    judged = [(one["share"] / shares[one["level"]], one) for one in blobs if one["level"] in shares]
    strength = max((ratio for ratio, _one in judged), default=0.0)
    boxes = {str(one["result"]): one for ratio, one in judged if ratio >= 1}
    where = [Region(source=one["source"], result=one["result"]) for one in boxes.values()]
    return strength, tuple(where)


def _shown_twice(measures: Measures, limits: Limits) -> list[Mapping[str, Any]]:
    """What the result has where in the photograph nothing stands out and the colour is another."""
    level, share = limits.part_colour[1]
    blobs = [
        one
        for one in measures.get("colour", {}).get("blobs", ())
        if one["level"] == level and one["share"] >= share
    ]
    extent = measures.get("extent", {})
    if extent.get("agreement", 0.0) < limits.agreement:
        return []
    return [
        one
        for one in extent["added"]
        if one["share"] >= limits.added_seen_twice
        and any(_overlap(one["box"], blob["result"]) for blob in blobs)
    ]


def _overlap(one: list[float], other: list[float]) -> bool:
    """Whether the middle of either box lies in the other one."""
    return any(
        a[0] <= (b[0] + b[2]) / 2 <= a[2] and a[1] <= (b[1] + b[3]) / 2 <= a[3]
        for a, b in ((one, other), (other, one))
    )


def _missing_edge(measures: Measures, limits: Limits) -> tuple[float, tuple[Region, ...]]:
    return _blobs(measures.get("rim", {}).get("no_edge", []), limits.no_edge)


def _is_pale(measures: Measures, limits: Limits) -> bool:
    """Whether the product is so white that a missing edge says nothing."""
    return bool(measures.get("product", {}).get("pale", 0.0) >= limits.pale_edge)


def _is_confirmed(measures: Measures, limits: Limits) -> bool:
    """Whether what stands out in the photograph is what the result shows, and all of it."""
    extent = measures.get("extent", {})
    return bool(extent.get("agreement", 0.0) >= limits.confirmed)


def _goes_on(measures: Measures, limits: Limits) -> list[Mapping[str, Any]]:
    """Parts that the result has not, and that in the photograph go on as the product does.

    Their colour is a witness of its own, so saliency need not agree on everything else.
    """
    return [
        one
        for one in measures.get("extent", {}).get("missing", ())
        if one.get("apart") is not None
        and one["apart"] <= limits.same_colour
        and one["share"] >= limits.missing_same
        and one["without"] >= limits.agreement_without
        and one["runs_on"] < RUNS_ON
    ]


def _believed(measures: Measures, limits: Limits, name: str) -> list[Mapping[str, Any]]:
    """Parts by saliency, where it agrees with the result on most of the product."""
    extent = measures.get("extent")
    if not extent or extent["agreement"] < limits.agreement:
        return []
    limit = getattr(limits, name)
    return [
        one for one in extent[name] if one["share"] >= limit and one.get("runs_on", 0) < RUNS_ON
    ]
