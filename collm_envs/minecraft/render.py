"""Buildings as pictures: the target and what was built, side by side, drawn with Pillow.

Cubes are seen from the front (z = 0), from the right and from above. Every face is a small image that is pasted at whole
pixels, so that faces meet without seams and a picture takes milliseconds; the canvas is twice as fine as the picture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from os import PathLike
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from collm_envs.minecraft.compare import RGB, Comparison, colour, compare
from collm_envs.minecraft.world import Box

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

WIDEST, TALLEST = 1600, 1000
LARGEST_CUBE = 44
_FINE = 2
_MARGIN, _TITLE, _FOOT, _NARROWEST = 24, 44, 48, 672
_GRAIN = 16  # Side of a face, in canvas pixels, below which a pattern would be noise.

_PAPER, _FLOOR, _LINE, _INK = (229, 235, 242), (216, 223, 231), (190, 200, 212), (38, 44, 54)
_RED, _WHITE, _GHOST = (208, 22, 38), (255, 255, 255), (255, 150, 165, 70)

Point = tuple[int, int]
"""A place or a step on the canvas in pixels, right and down."""
Kind = Literal["plain", "missing", "wrong", "extra"]
Part = tuple[str, Kind, int]
"""Cells to draw alike: a block, how it is marked, and their mask."""
Side = Literal["top", "front", "right"]

_LIGHT: dict[Side, float] = {"top": 1.0, "front": 0.9, "right": 0.71}


class View(NamedTuple):
    """Where things go on the canvas: the steps of one cell along x, y and z, the panels' origins, and the size."""

    x: Point
    y: Point
    z: Point
    origins: tuple[Point, Point]
    titles: tuple[Point, Point]
    size: Point

    def at(self, origin: Point, x: int, y: int, z: int) -> Point:
        """The canvas point of a corner (x, y, z) of the grid."""
        right = origin[0] + x * self.x[0] + y * self.y[0] + z * self.z[0]
        return right, origin[1] + x * self.x[1] + y * self.y[1] + z * self.z[1]


def check_installed() -> None:
    """Raise ImportError, naming the extra to install, if Pillow is missing."""
    try:
        import PIL  # noqa: F401
    except ImportError as error:
        raise ImportError("pictures need Pillow: pip install 'collm-envs[render]'") from error


def side_by_side(box: Box, goal: Mapping[str, int], world: Mapping[str, int]) -> NDArray[np.uint8]:
    """The target on the left and what was built on the right (or below, in a very wide box), with a count line.

    Args:
        box: the size of both worlds.
        goal: target mask of every block; under ``"*"`` any block is right, drawn as a light block.
        world: built mask of every block.

    Returns:
        RGB array of shape (height, width, 3), both sides multiples of 16 and functions of ``box`` alone.
    """
    check_installed()
    from PIL import Image, ImageDraw

    view, found = view_of(box), compare(box, goal, world)
    canvas = Image.new("RGB", view.size, _PAPER)
    pen = ImageDraw.Draw(canvas)
    built: list[Part] = [("", "missing", found.missing)]
    for block, mask in world.items():
        built += [(block, "plain", mask & found.right), (block, "wrong", mask & found.wrong), (block, "extra", mask & found.extra)]
    for origin, parts in zip(view.origins, ([(block, "plain", mask) for block, mask in goal.items()], built)):
        _draw_floor(pen, box, view, origin)
        _draw_cubes(canvas, box, view, origin, parts)
    picture = canvas.reduce(_FINE)
    _write(picture, view, found)
    return np.ascontiguousarray(np.asarray(picture, dtype=np.uint8))


def save(array: NDArray[np.uint8], path: str | PathLike[str]) -> None:
    """Write an RGB array of shape (height, width, 3) to a PNG file."""
    check_installed()
    from PIL import Image

    Image.fromarray(array).save(path, format="PNG")


# -- layout -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def view_of(box: Box) -> View:
    """The view of a box: cubes as large as the picture's limits allow, panels beside or above each other."""
    # A mural is a text to be read, so that it is turned a little only; of a house the roof and a side wall should show.
    yaw, pitch = (math.radians(15), math.radians(14)) if box.depth == 1 else (math.radians(34), math.radians(28))
    steps = (
        (math.cos(yaw), math.sin(yaw) * math.sin(pitch)),
        (0.0, -math.cos(pitch)),
        (math.sin(yaw), -math.cos(yaw) * math.sin(pitch)),
    )
    wide, high = (sum(side * abs(step[axis]) for side, step in zip(box, steps)) for axis in (0, 1))

    def largest(columns: int, rows: int) -> float:
        room = (WIDEST - _MARGIN) / columns - _MARGIN, (TALLEST - _FOOT) / rows - _TITLE - _MARGIN
        return min(LARGEST_CUBE, room[0] / wide, room[1] / high)

    columns, rows = (1, 2) if largest(1, 2) > 1.5 * largest(2, 1) else (2, 1)
    cube = _FINE * largest(columns, rows)
    x, y, z = ((_step(cube * right), _step(cube * below)) for right, below in steps)
    width, base = box.width * x[0] + box.depth * z[0], -box.height * y[1] - box.depth * z[1]
    height = base + box.width * x[1]
    margin, title, foot = _FINE * _MARGIN, _FINE * _TITLE, _FINE * _FOOT
    size = _whole(max(_FINE * _NARROWEST, columns * (width + margin) + margin)), _whole(rows * (title + height + margin) + foot)
    panel = size[0] // columns, (size[1] - foot) // rows
    # The second panel is one to the right or one below.
    corners = (0, 0), (panel[0] * (columns - 1), panel[1] * (rows - 1))
    first, second = ((left + (panel[0] - width) // 2, top + title + base) for left, top in corners)
    above, over = ((left + panel[0] // 2, top + title // 2) for left, top in corners)
    return View(x, y, z, (first, second), (above, over), size)


def _step(length: float) -> int:
    """A length in whole pixels: rounded towards 0, to stay within the limits, but to 0 only from 0."""
    return int(length) or (length > 0) - (length < 0)


def _whole(length: int) -> int:
    """A length on the canvas rounded up, so that the picture's is a multiple of 16, as video encoders want it."""
    unit = 16 * _FINE
    return -(-length // unit) * unit


def _draw_floor(pen: ImageDraw.ImageDraw, box: Box, view: View, origin: Point) -> None:
    """The grid that the building stands on, and behind a mural the one it hangs on: they show the box when it is empty."""
    w, h, d = box
    planes = [((0, 0, 0), (w, 0, 0), (w, 0, d), (0, 0, d))]
    lines = [((x, 0, 0), (x, 0, d)) for x in range(w + 1)] + [((0, 0, z), (w, 0, z)) for z in range(d + 1)]
    if d == 1:
        planes.append(((0, 0, 1), (w, 0, 1), (w, h, 1), (0, h, 1)))
        lines += [((x, 0, 1), (x, h, 1)) for x in range(w + 1)] + [((0, y, 1), (w, y, 1)) for y in range(h + 1)]
    for corners in planes:
        pen.polygon([view.at(origin, *corner) for corner in corners], fill=_FLOOR)
    for ends in lines:
        pen.line([view.at(origin, *end) for end in ends], fill=_LINE, width=_FINE)


def _write(picture: Image.Image, view: View, found: Comparison) -> None:
    """Titles, and at the bottom the counts, each mark next to its own."""
    from PIL import ImageDraw, ImageFont

    pen = ImageDraw.Draw(picture)
    large, small = ImageFont.load_default(size=22), ImageFont.load_default(size=17)
    for text, (x, y) in zip(("target", "built"), view.titles):
        pen.text((x // _FINE, y // _FINE), text, fill=_INK, font=large, anchor="mm")
    right, missing, wrong, extra = (mask.bit_count() for mask in found)
    x, y = _MARGIN, picture.height - _FOOT // 2
    pen.text((x, y), f"right {right} of {right + missing + wrong}", fill=_INK, font=small, anchor="lm")
    # Fixed places with room for the longest number, so that nothing moves from turn to turn.
    counts: list[tuple[int, Kind, int]] = [(214, "missing", missing), (374, "wrong", wrong), (524, "extra", extra)]
    for x, kind, count in counts:
        icon = _texture("*", kind, "top", 44).resize((22, 22))
        picture.paste(icon, (x, y - 11), icon)
        pen.text((x + 30, y), f"{kind} {count}", fill=_INK, font=small, anchor="lm")


# -- cubes --------------------------------------------------------------------------------------------------------------


def _draw_cubes(canvas: Image.Image, box: Box, view: View, origin: Point, parts: list[Part]) -> None:
    """Paste the faces that can be seen of some parts, from the back to the front."""
    from PIL import Image

    every = built = solid = 0
    for block, kind, mask in parts:
        every |= mask
        built |= 0 if kind == "missing" else mask
        solid |= 0 if _is_clear(block, kind) else mask
    faces = []
    for place, (block, kind, mask) in enumerate(parts):
        # Between two panes of glass or two ghosts there is nothing to see either.
        hiding = every if kind == "missing" else built if _is_clear(block, kind) else solid
        for side, covered in _covered(box, hiding).items():
            faces += [(-z, x, y, place, side) for x, y, z in box.cells(mask & ~covered)]
    # Ghosts lie on a sheet of their own, where a nearer face replaces what is behind it: seen through each other
    # the many ghosts of a bare site would be a tangle of lines.
    haunted = any(kind == "missing" and mask for _, kind, mask in parts)
    ghosts = Image.new("RGBA", canvas.size if haunted else (1, 1))
    for back, x, y, place, side in sorted(faces):
        block, kind, _ = parts[place]
        image, shape, offset = _face(block, kind, side, view.x, view.y, view.z)
        at = view.at((origin[0] + offset[0], origin[1] + offset[1]), x, y, -back)
        if kind != "missing":
            canvas.paste(image, at, image)
        if haunted:
            ghosts.paste(image if kind == "missing" else (0, 0, 0, 0), at, shape)
    canvas.paste(ghosts, (0, 0), ghosts)


def _is_clear(block: str, kind: Kind) -> bool:
    return kind == "missing" or "glass" in block


def _covered(box: Box, mask: int) -> dict[Side, int]:
    """For each side the cells whose neighbour on that side is in ``mask``."""
    width, height, depth = box
    last_column = box.fill((width - 1, 0, 0), (width - 1, height - 1, depth - 1))
    first_row = box.fill((0, 0, 0), (width - 1, height - 1, 0))
    return {"right": (mask >> 1) & ~last_column, "front": (mask << width) & ~first_row, "top": mask >> (width * depth)}


@lru_cache(maxsize=1024)
def _face(block: str, kind: Kind, side: Side, x: Point, y: Point, z: Point) -> tuple[Image.Image, Image.Image, Point]:
    """One face of a cube: its image, its shape as a mask, and where they go as a step from the cube's corner (0, 0, 0)."""
    from PIL import Image

    # The corner at the upper left of the face, then the ways to its right and down.
    corner, across, down = {
        "front": (y, x, (-y[0], -y[1])),
        "right": ((x[0] + y[0], x[1] + y[1]), z, (-y[0], -y[1])),
        "top": ((y[0] + z[0], y[1] + z[1]), x, (-z[0], -z[1])),
    }[side]
    size = max(8, -y[1])
    flat = np.asarray(_texture(block, kind, side, size))
    left, up = min(0, across[0]) + min(0, down[0]), min(0, across[1]) + min(0, down[1])
    wide, high = abs(across[0]) + abs(down[0]), abs(across[1]) + abs(down[1])
    # Whole numbers all the way: every pixel centre falls into exactly one of the faces that meet. Doubled for the halves.
    px, py = 2 * (np.arange(wide)[None, :] + left) + 1, 2 * (np.arange(high)[:, None] + up) + 1
    area = 2 * (across[0] * down[1] - across[1] * down[0])
    u, v = (px * down[1] - py * down[0]) * size // area, (py * across[0] - px * across[1]) * size // area
    inside = (u >= 0) & (u < size) & (v >= 0) & (v < size)
    image = np.where(inside[..., None], flat[v.clip(0, size - 1), u.clip(0, size - 1)], 0).astype(np.uint8)
    return Image.fromarray(image), Image.fromarray(np.where(inside, 255, 0).astype(np.uint8)), (corner[0] + left, corner[1] + up)


# -- textures -----------------------------------------------------------------------------------------------------------


def _texture(block: str, kind: Kind, side: Side, size: int) -> Image.Image:
    """A face seen straight on: an RGBA image of ``size`` by ``size`` pixels."""
    from PIL import Image, ImageDraw

    image = Image.new("RGBA", (size, size))
    pen = ImageDraw.Draw(image)
    if kind == "missing":
        pen.rectangle((0, 0, size, size), fill=_GHOST)
        _dashes(pen, size)
        return image
    base = _shade(colour(block), _LIGHT[side])
    pen.rectangle((0, 0, size, size), fill=(*base, 120 if _is_clear(block, kind) else 255))
    if size >= _GRAIN:
        _pattern(pen, block, side, size, _shade(base, 0.8), _shade(base, 1.12))
    pen.rectangle((0, 0, size - 1, size - 1), outline=_shade(base, 0.72), width=max(1, size // 30))
    if kind != "plain":
        _badge(pen, kind, size)
    return image


def _shade(rgb: RGB, light: float) -> RGB:
    red, green, blue = (min(255, round(part * light)) for part in rgb)
    return red, green, blue


def _pattern(pen: ImageDraw.ImageDraw, block: str, side: Side, size: int, dark: RGB, pale: RGB) -> None:
    """What a block is made of, in a few lines."""
    line = max(1, size // 28)
    quarter, half = size // 4, size // 2
    if "stairs" in block:
        # The lower tread is in front: the part of the cube that is cut away lies in the shadow of the upper one.
        cut = {"top": (0, half, size, size), "front": (0, 0, size, half), "right": (0, 0, half, half)}[side]
        pen.rectangle(cut, fill=dark)
    elif "brick" in block:
        for row in range(4):
            pen.line((0, row * quarter, size, row * quarter), fill=dark, width=line)
            for column in (1, 3) if row % 2 else (0, 2):
                pen.line((column * quarter, row * quarter, column * quarter, (row + 1) * quarter), fill=dark, width=line)
    elif "planks" in block:
        for row in range(4):
            pen.line((0, row * quarter, size, row * quarter), fill=dark, width=line)
            joint = (row * 7 % 4 * 2 + 1) * size // 8
            pen.line((joint, row * quarter, joint, (row + 1) * quarter), fill=dark, width=line)
    elif "log" in block or "wood" in block:
        for ring in range(size // 8, half, size // 8):
            if side == "top":
                pen.rectangle((ring, ring, size - ring, size - ring), outline=dark, width=line)
            else:
                pen.line((2 * ring, 0, 2 * ring, size), fill=dark, width=line)
    elif "glass" in block:
        for start in (quarter, half):
            pen.line((start, size - quarter, start + quarter, quarter), fill=(255, 255, 255, 220), width=line)
    elif "obsidian" in block or "stone" in block:
        for place in range(6):
            x, y = (place * 37 + 11) % 80 * size // 100, (place * 53 + 7) % 84 * size // 100
            pen.rectangle((x, y, x + size // 6, y + size // 14), fill=pale if place % 2 else dark)


def _dashes(pen: ImageDraw.ImageDraw, size: int) -> None:
    """A dashed red outline."""
    width, dash = max(1, size // 20), max(2, size // 8)
    for start in range(dash // 2, size, 2 * dash):
        end = start + dash
        for near, far in ((0, width), (size - width, size)):
            pen.rectangle((start, near, end, far), fill=(*_RED, 240))
            pen.rectangle((near, start, far, end), fill=(*_RED, 240))


def _badge(pen: ImageDraw.ImageDraw, kind: Kind, size: int) -> None:
    """A red frame, and a disc with a cross (a wrong block) or a bar (one to take away); its white shows on every block."""
    line, low, middle, high = max(1, size // 14), size * 35 // 100, size // 2, size * 65 // 100
    pen.rectangle((0, 0, size - 1, size - 1), outline=_RED, width=line)
    pen.ellipse((low // 2, low // 2, size - low // 2, size - low // 2), fill=_WHITE, outline=_RED, width=line)
    for stroke in [(low, low, high, high), (low, high, high, low)] if kind == "wrong" else [(low, middle, high, middle)]:
        pen.line(stroke, fill=_RED, width=max(1, size // 9))
