"""Take README's picture from a running dashboard, so that it shows what there is.

Run beside `conflictmap serve --sample --port 8765`: python tools/take_screenshot.py
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PICTURE = Path(__file__).parents[1] / "docs" / "screenshot.png"
PLACE = "?country=SYR&open=sample-al-tanf-2016"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
COLOURS = 192
SCROLL_CARD = """heading => {
  let box = heading.parentElement;
  while (!/auto|scroll/.test(getComputedStyle(box).overflowY)) box = box.parentElement;
  box.scrollTop += heading.getBoundingClientRect().top - box.getBoundingClientRect().top - 50;
}"""


def take(address: str) -> bytes:
    """The page in the browser, with the card scrolled to its accounts."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(FLAGS)
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{address}/{PLACE}")
        page.get_by_role("heading", name="Air strike at al-Tanf").first.wait_for()
        page.wait_for_timeout(4000)
        page.get_by_role("heading", name="accounts").first.evaluate(SCROLL_CARD)
        page.wait_for_timeout(1000)
        picture = page.screenshot()
        browser.close()
        return picture


if __name__ == "__main__":
    taken = Image.open(io.BytesIO(take(sys.argv[1] if sys.argv[1:] else "http://127.0.0.1:8765")))
    taken.convert("RGB").quantize(COLOURS).save(PICTURE, optimize=True)
