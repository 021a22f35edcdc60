"""How a flat picture on the floor or at the back of the room looks through the camera.

A ray through the pixel (column, row) meets a plane at a place that is a quotient of two linear
functions of the pixel. Pillow's perspective transform takes just the eight numbers of those
quotients.
"""

from dataclasses import dataclass

from PIL import Image

from .camera import Camera


@dataclass(frozen=True)
class Line:
    """A linear function of the pixel: ``column`` * x + ``row`` * y + ``start``."""

    column: float
    row: float
    start: float

    def plus(self, other: "Line") -> "Line":
        return Line(self.column + other.column, self.row + other.row, self.start + other.start)

    def times(self, factor: float) -> "Line":
        return Line(self.column * factor, self.row * factor, self.start * factor)


def floor_seen(picture: Image.Image, camera: Camera, span: float) -> Image.Image:
    """Lay the picture, which is ``span`` units wide, on the floor with its middle at the origin."""
    right, down, ahead = _rays(camera)
    density = picture.width / span
    high = camera.eye_height * density
    across = right.times(high).plus(down.times(picture.width / 2))
    along = ahead.times(-high).plus(down.times(picture.height / 2 + camera.away * density))
    return _transformed(picture, camera, across, along, down)


def back_seen(picture: Image.Image, camera: Camera, span: float, depth: float) -> Image.Image:
    """Stand the picture, ``span`` units wide, on the floor ``depth`` behind the origin."""
    right, down, ahead = _rays(camera)
    density = picture.width / span
    far = (camera.away + depth) * density
    foot = picture.height - camera.eye_height * density
    across = right.times(far).plus(ahead.times(picture.width / 2))
    along = down.times(far).plus(ahead.times(foot))
    return _transformed(picture, camera, across, along, ahead)


def _rays(camera: Camera) -> tuple[Line, Line, Line]:
    """Return how far the ray of a pixel goes to the right, down and ahead."""
    cosine, sine = camera.pitch
    step = 1 / camera.focal
    top = -camera.height / 2 * step
    right = Line(step, 0.0, -camera.width / 2 * step)
    down = Line(0.0, cosine * step, cosine * top + sine)
    ahead = Line(0.0, -sine * step, -sine * top + cosine)
    return right, down, ahead


def _transformed(
    picture: Image.Image, camera: Camera, across: Line, along: Line, divisor: Line
) -> Image.Image:
    across, along, below = (line.times(1 / divisor.start) for line in (across, along, divisor))
    numbers = (
        *(across.column, across.row, across.start),
        *(along.column, along.row, along.start),
        *(below.column, below.row),
    )
    return picture.transform(
        camera.size, Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BICUBIC
    )
