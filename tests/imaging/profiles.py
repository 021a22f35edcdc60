"""ICC profiles made byte by byte, so that what they do to a colour can be worked out by hand."""

import struct

from PIL import ImageCms


def made(space):
    """A profile of Little CMS without the time of its making, which would differ every time."""
    body = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()
    return body[:24] + bytes(12) + body[36:]


SRGB, LAB = made("sRGB"), made("LAB")
# sRGB with red and blue changed places, under another name: pure red in it is blue.
SWAPPED = (
    SRGB.replace(b"rXYZ", b"-tmp")
    .replace(b"bXYZ", b"rXYZ")
    .replace(b"-tmp", b"bXYZ")
    .replace("sRGB".encode("utf-16-be"), "Else".encode("utf-16-be"))
)


def named(profile, name):
    """The same profile under another name of at most 13 letters."""
    old = "sRGB built-in".encode("utf-16-be")
    assert old in profile
    return profile.replace(old, name.ljust(13).encode("utf-16-be"))


def fixed(number):
    return struct.pack(">i", round(number * 65536))


def xyz(*numbers):
    return b"XYZ \0\0\0\0" + b"".join(map(fixed, numbers))


def curve(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def icc_profile(space, connection, tags):
    """A version 2 display profile; ``tags`` by their four letters."""
    tags = {b"wtpt": xyz(0.9642, 1, 0.8249), **tags}
    table, data, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, body in tags.items():
        table += struct.pack(">4sII", name, start + len(data), len(body))
        data += body + bytes(-len(body) % 4)
    size = start + len(data)
    head = struct.pack(">I4sI4s4s4s", size, b"tst ", 0x02400000, b"mntr", space, connection)
    head += bytes(12) + b"acsp" + bytes(28) + fixed(0.9642) + fixed(1) + fixed(0.8249)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def rgb_profile(gamma):
    """The colours of sRGB with a plain power curve; 1 is linear light."""
    return icc_profile(
        b"RGB ",
        b"XYZ ",
        {
            b"rXYZ": xyz(0.4361, 0.2225, 0.0139),
            b"gXYZ": xyz(0.3851, 0.7169, 0.0971),
            b"bXYZ": xyz(0.1431, 0.0606, 0.7141),
            **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve(gamma)),
        },
    )


def grey_profile(gamma):
    return icc_profile(b"GRAY", b"XYZ ", {b"kTRC": curve(gamma)})


def ink_profile():
    """Every ink takes a quarter of the lightness and no ink has a colour."""
    straight = bytes(range(256))
    unit = b"".join(fixed(number) for number in (1, 0, 0, 0, 1, 0, 0, 0, 1))
    corners = b"".join(
        bytes((round(255 * (1 - bin(corner).count("1") / 4)), 128, 128)) for corner in range(16)
    )
    table = b"mft1\0\0\0\0\x04\x03\x02\0" + unit + straight * 4 + corners + straight * 3
    return icc_profile(b"CMYK", b"Lab ", {b"A2B0": table})


def from_linear(share):
    """The sRGB level of a share of the light, 0 to 1."""
    level = 12.92 * share if share <= 0.0031308 else 1.055 * share ** (1 / 2.4) - 0.055
    return round(255 * level)


def from_lightness(lightness):
    """The sRGB level of a grey of CIE lightness 8 to 100."""
    return from_linear(((lightness + 16) / 116) ** 3)
