"""What a picture file shows, worked out by Pillow alone, without a line of the app."""

import io

from PIL import Image, ImageChops, ImageCms, ImageFile, ImageOps, ImageStat

EXACT_MODES = {"1", "L", "LA", "P", "RGB", "RGBA"}
TOLERANCE = 2  # of 255, the mean over the picture


def decoded(body: bytes) -> Image.Image:
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = None
    image = Image.open(io.BytesIO(body), formats=("PNG", "JPEG", "WEBP"))
    image.load()
    return image


def distance(came: bytes, published: bytes) -> float:
    """How far what is published is from what came: 0 where it had to be equal and is."""
    before, after = decoded(came), decoded(published)
    if before.size == after.size and pixels(before) == pixels(after):
        return 0.0
    if before.mode in EXACT_MODES and not before.info.get("icc_profile") and not turned(before):
        return 255.0
    expected = ImageOps.exif_transpose(rendered(before)) if turned(before) else rendered(before)
    if expected.size != after.size:
        return 255.0
    if expected.getchannel("A").tobytes() != after.convert("RGBA").getchannel("A").tobytes():
        return 255.0
    # Of a damaged profile's noise a lossy format keeps little; so much may be lost, and no more.
    again = saved_anew(expected, after)
    difference = ImageChops.difference(on_grey(again), on_grey(after))
    return max(ImageStat.Stat(difference).mean)


def saved_anew(image: Image.Image, like: Image.Image) -> Image.Image:
    image = image.convert(like.mode)
    image.info = {}
    file = io.BytesIO()
    image.save(file, like.format, quality=95, subsampling=0)
    return decoded(file.getvalue())


def fault_of(came: bytes, published: bytes) -> str:
    """What is wrong with what is published, "" when nothing is."""
    try:
        far = distance(came, published)
    except (OSError, SyntaxError, ValueError) as error:
        return repr(error)
    return f"off by {far:.1f}" if far > TOLERANCE else ""


def pixels(image: Image.Image) -> bytes:
    return b"" if image.mode.startswith("I") else image.convert("RGBA").tobytes()


def turned(image: Image.Image) -> bool:
    """Whether a browser turns it: no WebP, and not for what XMP says."""
    exif = Image.Exif()
    exif.load(image.info.get("exif") or b"")
    return image.format != "WEBP" and exif.get(0x0112, 1) in range(2, 9)


def rendered(image: Image.Image) -> Image.Image:
    """The picture as RGBA in sRGB, its metadata with it."""
    if image.mode.startswith("I"):
        return rendered_deep(image)
    alpha = image.convert("RGBA").getchannel("A")
    colours = image.convert({"LA": "L", "1": "RGB", "P": "RGB"}.get(image.mode, image.mode))
    if colours.mode == "RGBA":
        colours = colours.convert("RGB")
    shown = converted(colours, image.info.get("icc_profile"))
    shown.putalpha(alpha)
    shown.info, shown._exif = image.info, image.getexif()
    return shown


def rendered_deep(image: Image.Image) -> Image.Image:
    values = image.convert("I").tobytes()
    greys = Image.frombytes("L", image.size, values[1::4])
    shown = converted(greys, image.info.get("icc_profile"))
    key = image.info.get("transparency")
    alpha = greys.point([255 * (key is None or grey != key // 256) for grey in range(256)])
    shown.putalpha(alpha)
    shown.info, shown._exif = image.info, image.getexif()
    return shown


def converted(colours: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return colours.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(colours, source, srgb, outputMode="RGB")
    except (OSError, ImageCms.PyCMSError):
        return colours.convert("RGB")


def on_grey(image: Image.Image) -> Image.Image:
    canvas = Image.new("RGBA", image.size, (128, 128, 128, 255))
    canvas.alpha_composite(image.convert("RGBA"))
    return canvas.convert("RGB")
