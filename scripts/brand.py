"""Render Byeol's avatar and banner as PNG, which Discord requires: ``python -m scripts.brand``.

The originals are hand-drawn SVG, in ``bot/brand``. This needs Chromium and Playwright, as the demo's screenshots do.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from bot.demo.shots import ARGUMENTS, find_browser
from bot.errors import StartError

BRAND = Path(__file__).parent.parent / "bot" / "brand"
SIZES: Mapping[str, tuple[int, int]] = {"avatar": (1024, 1024), "banner": (1360, 480)}
"""Width and height in pixels: Discord shows an avatar at up to 1024, a banner at 680 by 240 or twice that."""


def draw(svg: bytes, width: int, height: int) -> bytes:
    """Render an SVG as PNG of that size in pixels. Raises `StartError` if there is no Chromium."""
    browser = find_browser()
    if browser is None:
        raise StartError("The pictures need Chromium, and there is none (apt install chromium).")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=[*ARGUMENTS])
        page = chromium.new_page(viewport={"width": width, "height": height})
        source = f"data:image/svg+xml;base64,{b64encode(svg).decode()}"
        page.set_content(f'<body style="margin:0"><img src="{source}" width="{width}" height="{height}">')
        shot = page.locator("img").screenshot()
        chromium.close()
    smaller = BytesIO()
    Image.open(BytesIO(shot)).convert("RGB").save(smaller, "PNG", optimize=True)
    return smaller.getvalue()


def main() -> None:
    """Write the PNGs next to their SVGs."""
    for name, (width, height) in SIZES.items():
        path = BRAND / f"{name}.png"
        path.write_bytes(draw((BRAND / f"{name}.svg").read_bytes(), width, height))
        print(f"{path.relative_to(BRAND.parent.parent)} is written")


if __name__ == "__main__":
    main()
