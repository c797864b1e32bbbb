"""Byeol's face: pictures that Discord takes, and that are what the SVGs say."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.demo.shots import find_browser
from scripts import brand

RENEW = "run `python -m scripts.brand`"
MOST = 10 * 2**20
"""Bytes that Discord takes of a picture."""

each = pytest.mark.parametrize("name", brand.SIZES)


@each
def test_the_pictures_can_be_uploaded(name: str) -> None:
    path = brand.BRAND / f"{name}.png"
    with Image.open(path) as picture:
        assert (picture.format, picture.mode) == ("PNG", "RGB"), "what is transparent would be black somewhere"
        assert picture.size == brand.SIZES[name]
    assert path.stat().st_size < MOST


def test_a_banner_has_the_shape_that_discord_shows() -> None:
    width, height = brand.SIZES["banner"]
    assert width / height == pytest.approx(680 / 240)


@each
def test_the_drawings_need_nothing_else(name: str) -> None:
    svg = (brand.BRAND / f"{name}.svg").read_text("utf-8")
    assert re.findall(r"https?://[^\"\s]+", svg) == ["http://www.w3.org/2000/svg"]
    assert "<text" not in svg, "its letters are drawn: no font is needed"
    assert "aria-label" in svg


@pytest.mark.slow
@each
def test_the_pictures_are_current(name: str) -> None:
    if find_browser() is None:
        pytest.skip("there is no Chromium on this machine (apt install chromium)")
    drawn = brand.draw((brand.BRAND / f"{name}.svg").read_bytes(), *brand.SIZES[name])
    with Image.open(BytesIO(drawn)) as now, Image.open(brand.BRAND / f"{name}.png") as kept:
        # Another Chromium may draw an edge or a gradient a little differently.
        assert max(ImageStat.Stat(ImageChops.difference(now, kept)).mean) < 1, f"{name}.png is old: {RENEW}"
