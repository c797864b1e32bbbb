"""The demo as somebody uses it who has just started it: in a real browser, in front of a real process."""

from __future__ import annotations

import os
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.demo.shots import COMPOSER, PHONE, open_channel, resize, settle, use, view_as, wait_for_suggestions
from tests.demo.conftest import Browser

SOAK = int(os.environ.get("BYEOL_SOAK_SECONDS", "20"))
"""How long the page is watched at the fastest clock. `BYEOL_SOAK_SECONDS=300` watches it for five minutes."""


def messages(page: Page) -> Locator:
    """The messages of the channel that the page shows."""
    return page.locator(".channel-message")


def last(page: Page) -> Locator:
    """The latest of them."""
    return messages(page).last


def expect_unread(page: Page, channel: str, count: int) -> None:
    """What the side says is unread in a channel."""
    shown = page.locator("#demo-places button", has_text=channel).first.locator(".channel-count")
    expect(shown).to_have_text([str(count)] if count else [])


def test_the_first_minutes(browser: Browser) -> None:
    page = browser.page
    expect(page).to_have_title("Byeol · the demo")
    assert "simcord" not in page.locator("body").inner_text().lower()
    # The tour was there, and left the premiere to come.
    expect(messages(page).first).to_contain_text("3 OSTs, 2 solo")
    expect_unread(page, "announcements", 1)
    expect_unread(page, "드라마-소식", 1)

    page.locator(COMPOSER).press_sequentially("/")
    expect(page.locator(".command-entry", has_text="/ost")).to_be_visible()
    page.locator(COMPOSER).fill("")
    use(page, "ost", "jin")
    expect(last(page)).to_contain_text("Close to You")
    expect(last(page)).to_be_in_viewport()

    # A button answers in private, and what was there stays.
    last(page).get_by_role("button", name="About Jin").click()
    settle(page)
    expect(last(page)).to_contain_text("Only you can see this")
    use(page, "cast", "stars-gossip")
    last(page).get_by_role("button", name="Next").click()
    settle(page)
    expect(last(page)).to_contain_text("Page 2 of 2")

    page.get_by_role("button", name="Next announcement").click()
    settle(page)
    expect(page.locator("#demo-seoul")).to_contain_text("4 Jan 2025, 09:00 KST")
    expect_unread(page, "announcements", 2)
    expect_unread(page, "드라마-소식", 2)
    open_channel(page, "announcements")
    expect(last(page)).to_contain_text("When the Stars Gossip premieres")
    expect(last(page)).to_be_in_viewport()
    expect_unread(page, "announcements", 0)
    open_channel(page, "드라마-소식")
    expect(last(page)).to_contain_text("별들에게 물어봐 첫 방송")

    view_as(page, "지우")
    open_channel(page, "general")
    use(page, "ost", "진")
    expect(last(page)).to_contain_text("출처")
    expect(page.locator("#demo-zone")).to_contain_text("Korean time")
    view_as(page, "Léa")
    use(page, "ost", "jin")
    expect(last(page)).to_contain_text("Sources")


def test_setting_it_up_in_a_server_of_ones_own(browser: Browser) -> None:
    page = browser.page
    page.locator("#demo-places button", has_text="general").nth(1).click()
    settle(page)
    expect(page.locator("#channel-topic")).to_contain_text("You are an admin here")
    composer = page.locator(COMPOSER)
    composer.press_sequentially("/announcements setup")
    page.locator(".command-entry").first.wait_for()
    page.keyboard.press("Enter")
    page.locator(".command-option-input").press_sequentially("news")
    page.locator(".command-suggestion", has_text="news").first.click()
    page.locator("#send-message").click()
    expect(last(page)).to_contain_text("Announcements are on")
    expect(last(page)).to_contain_text("Only you can see this")

    page.get_by_role("button", name="Next announcement").click()
    settle(page)
    page.locator("#demo-places button", has_text="news").last.click()
    settle(page)
    expect(last(page)).to_contain_text("When the Stars Gossip premieres")


def test_a_menu_a_message_and_a_private_channel(browser: Browser) -> None:
    page = browser.page
    open_channel(page, "ost-chat")
    page.locator(COMPOSER).press_sequentially("Close to You all day")
    page.keyboard.press("Enter")
    expect(last(page)).to_contain_text("Close to You all day")
    open_channel(page, "Byeol")
    page.locator(COMPOSER).press_sequentially("/ost")
    page.locator(".command-entry").first.wait_for()
    page.keyboard.press("Enter")
    # Typed past the suggestions, a name that two songs share.
    page.locator(".command-option-input").press_sequentially("close to you")
    wait_for_suggestions(page)
    page.keyboard.press("Escape")
    page.locator("#send-message").click()
    last(page).locator(".select-trigger").wait_for()
    settle(page)
    last(page).locator(".select-trigger").click()
    page.locator(".select-option", has_text="Seungmin").first.click()
    settle(page)
    expect(last(page)).to_contain_text("Seungmin")
    expect(last(page)).not_to_contain_text("Only you can see this")


@pytest.mark.parametrize("demo", [("tests.demo.probe",)], ids=["probe"])
def test_a_file_and_a_form(browser: Browser) -> None:
    page = browser.page
    page.locator(COMPOSER).press_sequentially("/probe")
    page.locator(".command-entry").first.wait_for()
    page.keyboard.press("Enter")
    page.locator(".command-file-input").set_input_files(
        {"name": "words.txt", "mimeType": "text/plain", "buffer": "별".encode()}
    )
    page.locator("#send-message").click()
    form = page.get_by_role("dialog")
    form.wait_for()
    settle(page)
    form.get_by_label("Words").fill("star")
    form.get_by_role("button", name="Submit").click()
    expect(last(page)).to_contain_text("You wrote star.")
    expect(last(page)).to_contain_text("again-words.txt")


def test_the_clock(browser: Browser) -> None:
    page = browser.page
    page.get_by_role("button", name="Pause").click()
    settle(page)
    page.wait_for_timeout(600)
    before = page.locator("#demo-seoul").inner_text()
    page.wait_for_timeout(1000)
    assert page.locator("#demo-seoul").inner_text() == before
    page.get_by_role("button", name="Ten minutes a second").click()
    expect(page.locator("#demo-seoul")).not_to_have_text(before)
    page.get_by_role("button", name="Pause").click()
    page.locator("#demo-day").fill("2025-01-27")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator("#demo-seoul")).to_contain_text("27 Jan 2025, 00:00 KST")
    open_channel(page, "announcements")
    # On the way everything was announced in its time.
    expect(messages(page)).to_have_count(5)
    expect(last(page)).to_contain_text("Close to You by Jin")
    assert "This comes late" not in page.locator("#channel-message-list").inner_text()
    page.locator("#demo-day").fill("2025-01-01")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator("#demo-notice")).to_contain_text("only goes forward")


def test_a_telephone(browser: Browser) -> None:
    page = browser.page
    resize(page, PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    expect(page.locator("#demo-side")).not_to_be_visible()
    page.get_by_role("button", name="Channels", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator("#demo-side")).not_to_be_visible()
    page.get_by_role("button", name="Channels", exact=True).click()
    open_channel(page, "announcements")
    expect(page.locator("#demo-side")).not_to_be_visible()
    expect(page.locator("#channel-name")).to_have_text("announcements")
    box = last(page).locator(".component-container").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= PHONE[0]
    for name in ("Pause", "Next announcement", "Go"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)


def test_what_was_looked_at_is_there_after_a_reload(browser: Browser) -> None:
    page = browser.page
    view_as(page, "지우")
    open_channel(page, "드라마-소식")
    page.reload()
    expect(page.locator("#channel-name")).to_have_text("드라마-소식")
    expect(page.locator("#demo-people")).to_have_value(
        page.locator("#demo-people option", has_text="지우").get_attribute("value") or ""
    )


@pytest.mark.slow
def test_the_page_keeps_up_with_the_fastest_clock(browser: Browser) -> None:
    page = browser.page
    open_channel(page, "announcements")
    page.get_by_role("button", name="Ten minutes a second").click()
    until, times = time.monotonic() + SOAK, list[str]()
    while time.monotonic() < until:
        use(page, "ost", "jin")
        expect(last(page)).to_contain_text("Close to You")
        last(page).get_by_role("button", name="About Jin").click()
        settle(page)
        expect(last(page)).to_contain_text("Only you can see this")
        now = page.locator("#demo-seoul").inner_text()
        assert now not in times[-1:], "the clock stands still"
        times.append(now)
        page.wait_for_timeout(1000)
    assert len(times) >= SOAK / 20
