"""What the verdict catches and falsely holds back, and what it costs, beside a plain judgement.

Shares need ``--pairs``, a folder with a pairs.csv; time and memory are taken of a pair drawn here.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from PIL import Image

from tests.benchmarks.apart import apart
from tests.benchmarks.registry import Measured
from tests.peak_memory import peak_memory

LARGE = (4000, 3000)  # pixels of a photograph of 12 megapixels
RESULT = (2048, 2048)
BARS = {True: (1.2, 450), False: (0.8, 300)}  # seconds and MB, with saliency and without
BESIDE = "histogram and SSIM of the whole pictures"
HELD_BACK = f"{BESIDE}, at the limit that holds back as many faithful ones"
# Beginnings of kinds, and the least share of them that is flagged.
GROUPS: dict[str, tuple[tuple[str, ...], float]] = {
    "background, frame, sharpness": (
        ("background", "cropped", "too-small", "leftover", "blurred", "stretched"),
        98,
    ),
    "whole colour, another product or thing": (
        ("colour-hue", "colour-light", "darker", "other", "mirrored", "wrong"),
        97,
    ),
    "text or logo": (("text", "logo", "label"), 92),
    "colour of a part": (("colour-part", "part-recoloured"), 92),
    "part missing or doubled": (
        ("part-missing", "slice", "bite", "doubled"),
        80,
    ),
    "floor, box or halo left": (("floor", "box", "corner", "halo"), 85),
}


def measure(options: Namespace) -> Iterator[Measured]:
    for with_saliency in (True, False):
        yield from costs(with_saliency, options.rounds)
    if options.pairs:
        yield from shares(options)


def costs(with_saliency: bool, rounds: int) -> Iterator[Measured]:
    ours = [apart(cost, True, with_saliency) for _ in range(rounds)]
    simpler = [apart(cost, False, with_saliency) for _ in range(rounds)]
    seconds, most = BARS[with_saliency]
    pair = "a 12-megapixel pair" + ("" if with_saliency else ", no saliency")
    columns: list[tuple[str, str, float | None]] = [
        ("seconds", "s", seconds),
        ("processor seconds", "s", None),
        ("most memory", "MB", most),
    ]
    for number, (name, unit, bar) in enumerate(columns):
        yield Measured(
            name=f"{pair}: {name}",
            beside=BESIDE,
            bar=bar,
            of_itself=True,
            ours=[figures[number] for figures in ours],
            simpler=[figures[number] for figures in simpler],
            unit=unit,
        )


def cost(is_ours: bool, with_saliency: bool) -> tuple[float, float, int]:
    """Seconds, processor seconds and MB of the second of two judgements in a fresh process."""
    import django
    from django.conf import settings

    settings.configure()
    django.setup()
    judge = the_verdict(with_saliency) if is_ours else the_plain_one()
    files = apart(large_pair)
    for _ in range(2):
        begun, used = time.perf_counter(), time.process_time()
        judge(*(BytesIO(file) for file in files))
        took = time.perf_counter() - begun, time.process_time() - used
    return *took, peak_memory()


Judge = Callable[[BytesIO, BytesIO], Any]


def the_verdict(with_saliency: bool) -> Judge:
    from django_product_isolation.imaging.verdict import measure, measuring

    def is_there(module: str) -> bool:
        return with_saliency or module != "onnxruntime"

    measuring.is_there = is_there
    return measure


def the_plain_one() -> Judge:
    from tests.benchmarks.plain_judgement import unlikeness

    return unlikeness


def large_pair() -> tuple[bytes, bytes]:
    from tests.imaging.verdict import drawn

    photo, result = BytesIO(), BytesIO()
    with Image.open(drawn.photo()) as picture:
        picture.resize(LARGE, Image.Resampling.BICUBIC).save(photo, "JPEG", quality=92)
    with Image.open(drawn.result()) as picture:
        picture.resize(RESULT, Image.Resampling.BICUBIC).save(result, "PNG")
    return photo.getvalue(), result.getvalue()


def shares(options: Namespace) -> Iterator[Measured]:
    from tests.benchmarks.judged import judged_pairs
    from tests.benchmarks.plain_judgement import limit_for

    pairs = list(judged_pairs(options.pairs, options.sample))
    faithful = [one for one in pairs if one.is_faithful]
    harmed = [one for one in pairs if not one.is_faithful]
    held_back = sum(bool(one.found) for one in faithful) / max(len(faithful), 1)
    limit = limit_for([one.unlikeness for one in faithful], held_back) if faithful else 0.0

    def row(name: str, members: Sequence[Any], **bar: Any) -> Measured:
        return Measured(
            name=name,
            beside=HELD_BACK,
            ours=[percent(bool(one.found) for one in members)],
            simpler=[percent(one.unlikeness > limit for one in members)],
            unit="%",
            of_itself=True,
            also=further(members),
            **bar,
        )

    for kind in sorted({one.kind for one in harmed}):
        yield row(f"flagged: {kind}", [one for one in harmed if one.kind == kind])
    for name, (kinds, bar) in GROUPS.items():
        if members := [one for one in harmed if one.kind.startswith(kinds)]:
            yield row(f"flagged: {name}", members, bar=bar, at_least=True)
    if harmed:
        yield row("flagged: all tampered", harmed, bar=94, at_least=True)
    for kind in sorted({one.kind for one in faithful}):
        yield row(f"held back: {kind}", [one for one in faithful if one.kind == kind])
    if faithful:
        yield row("held back: all faithful", faithful, bar=18)


def percent(flags: Iterable[bool]) -> float:
    told = list(flags)
    return 100 * sum(told) / len(told)


def further(members: Sequence[Any]) -> dict[str, Any]:
    return {
        "pairs": len(members),
        "named": percent(one.is_named for one in members),
        "unchecked_only": percent(one.is_unchecked_only for one in members),
        "by_the_result_alone": percent(bool(one.cheap) for one in members),
    }
