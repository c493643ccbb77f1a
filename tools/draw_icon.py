"""Draw the page's icon: a ring of what is not known exactly around a point that is.

Run: python tools/draw_icon.py
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

ICON = Path(__file__).parents[1] / "dashboard" / "icon.png"
SIZE = 512
SHOWN = 64
INK = (166, 58, 80)


def draw() -> Image.Image:
    """The icon, drawn large and made small so that its edges are smooth."""
    image = Image.new("RGBA", (SIZE, SIZE), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((16, 16, SIZE - 16, SIZE - 16), fill=(*INK, 40), outline=INK, width=36)
    pen.ellipse((176, 176, SIZE - 176, SIZE - 176), fill=INK)
    return image.resize((SHOWN, SHOWN), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    draw().save(ICON, optimize=True)
