"""The demo as somebody uses it who has just started it: in a real browser, in front of a real process."""

from __future__ import annotations

import os
import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.demo.shots import ASKS_EVERY, COMPOSER, PHONE, open_channel, resize, settle, use, view_as, wait_for_suggestions
from tests.demo.conftest import Browser

pytestmark = pytest.mark.slow

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
    use(page, "오에스티", "진")
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
    expect(messages(page)).to_have_count(6)
    expect(last(page)).to_contain_text("Close to You by Jin")
    assert "Posted late" not in page.locator("#channel-message-list").inner_text()
    page.locator("#demo-day").fill("2025-01-01")
    page.get_by_role("button", name="Go", exact=True).click()
    expect(page.locator("#demo-notice")).to_contain_text("only goes forward")


def compose(page: Page, command: str) -> None:
    """Choose a command in the picker, which goes on to its first option."""
    page.locator(COMPOSER).press_sequentially(f"/{command}")
    page.locator(".command-entry").first.wait_for()
    page.keyboard.press("Enter")


def test_an_option_has_suggestions_before_a_letter_is_typed(browser: Browser) -> None:
    page = browser.page
    compose(page, "ost")
    expect(page.locator(".command-suggestion").first).to_be_visible()
    expect(page.locator(".command-popup-heading")).to_have_text("OPTIONS")
    page.locator(".command-option-input").press_sequentially("zzzzqqqq")
    expect(page.locator(".command-popup")).to_contain_text("No options match")
    page.locator(".command-option-input").fill("ji")
    # Until the bot answers, nothing says that it found nothing.
    expect(page.locator(".command-popup")).to_contain_text("Searching…")
    expect(page.locator(".command-suggestion").first).to_be_visible()


def test_the_composer_is_empty_after_an_answer_that_is_an_error(browser: Browser) -> None:
    page = browser.page
    compose(page, "cast")
    page.locator(".command-option-input").press_sequentially("zzzzqqqq")
    page.keyboard.press("Escape")
    page.locator("#send-message").click()
    expect(last(page)).to_contain_text("zzzzqqqq")
    expect(page.locator(COMPOSER)).to_have_value("")
    expect(page.locator(".command-row")).to_have_count(0)
    assert bottom(last(page)) <= top(page.locator("#channel-composer"))


def test_what_is_wrong_with_an_option_can_be_read(browser: Browser) -> None:
    page = browser.page
    compose(page, "upcoming")
    page.locator(".command-suggestion").first.click()
    page.locator(".command-option-input").press_sequentially("soon")
    page.locator("#send-message").click()
    error = page.locator(".command-error")
    expect(error).to_have_text("Enter a valid value.")
    expect(error).to_be_in_viewport(ratio=1)
    box = error.bounding_box()
    assert box is not None
    # Nothing lies over it, and nothing cuts it off.
    middle = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    assert error.evaluate("(error, [x, y]) => document.elementFromPoint(x, y) === error", middle)


def test_commands_have_korean_names_where_discord_is_in_korean(browser: Browser) -> None:
    page = browser.page
    view_as(page, "지우")
    page.locator(COMPOSER).press_sequentially("/")
    expect(page.locator(".command-entry", has_text="/오에스티")).to_be_visible()
    assert not [name for name in page.locator(".command-entry strong").all_inner_texts() if name.isascii()]
    page.locator(COMPOSER).fill("")
    use(page, "출연", "별들에게")
    # The bot knows it by its own name, which is what stands above the answer.
    expect(last(page)).to_contain_text("지우 used /cast")
    expect(last(page)).to_contain_text("별들에게 물어봐")
    compose(page, "예정")
    page.locator(".command-suggestion", has_text="일수").first.click()
    page.locator(".command-option-input").press_sequentially("60")
    page.locator("#send-message").click()
    expect(last(page)).to_contain_text("60일")


def test_byeol_has_its_own_face(browser: Browser) -> None:
    page = browser.page
    page.locator(COMPOSER).press_sequentially("/")
    for face in (
        messages(page).first.locator(".message-avatar-image"),
        page.locator(".command-entry .command-avatar").first,
    ):
        expect(face).to_be_visible()
        expect(face).to_have_css("background-image", re.compile(r"/avatar\.svg"))
        expect(face.locator("svg")).not_to_be_visible()


def test_a_post_says_whom_it_pinged(browser: Browser) -> None:
    page = browser.page

    def pinged() -> tuple[str, bool]:
        """What stands below the last message, and whether that is marked."""
        settle(page)
        note: str = last(page).evaluate("message => getComputedStyle(message, '::after').content")
        return note, last(page).evaluate("message => getComputedStyle(message).boxShadow") != "none"

    badge = page.locator("#demo-places button", has_text="announcements").locator(".channel-count")
    expect(badge).to_have_class("channel-count pings")
    open_channel(page, "announcements")
    page.wait_for_timeout(ASKS_EVERY)
    assert pinged() == ('"🔔 Pinged Mina and Léa"', True)
    view_as(page, "지우")
    page.wait_for_timeout(ASKS_EVERY)
    assert pinged() == ('"🔔 Pinged Mina and Léa"', False)
    open_channel(page, "드라마-소식")
    page.wait_for_timeout(ASKS_EVERY)
    assert pinged() == ("none", False)


def test_the_page_says_how_far_the_catalogue_reaches(browser: Browser) -> None:
    expect(browser.page.locator("#demo-reach")).to_have_text(
        re.compile(r"The catalogue's last date is \d+ \w+ 2025\. After it, /upcoming has nothing to show\.")
    )


def top(element: Locator) -> float:
    """Where it begins, in pixels from the top of the window."""
    box = element.bounding_box()
    assert box is not None
    return box["y"]


def bottom(element: Locator) -> float:
    """Where it ends, in pixels from the top of the window."""
    box = element.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


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
    for part in (last(page).locator(".embed-card"), last(page).get_by_role("button", name="Seungmin")):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE[0]
    expect(last(page).locator(".embed-card")).not_to_contain_text("-#")


def test_the_bar_of_a_telephone_is_a_line_until_more_is_asked_for(browser: Browser) -> None:
    page = browser.page
    resize(page, PHONE)
    assert bottom(page.locator("#demo-top")) <= 56
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_in_viewport(ratio=1)
    expect(page.locator("#demo-date")).to_be_in_viewport(ratio=1)
    for hidden in ("#demo-people", "#demo-speeds", "#demo-day"):
        expect(page.locator(hidden)).not_to_be_visible()
    more = page.get_by_role("button", name="Viewer and clock")
    more.click()
    for name in ("Pause", "Go"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_in_viewport(ratio=1)
    expect(page.locator("#demo-people")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    more.click()
    assert bottom(page.locator("#demo-top")) <= 56


def test_a_telephone_shows_the_whole_names_of_commands(browser: Browser) -> None:
    page = browser.page
    resize(page, PHONE)
    page.get_by_role("button", name="Channels", exact=True).click()
    open_channel(page, "news")  # where Mina is an admin
    page.locator(COMPOSER).press_sequentially("/announcements")
    names = page.locator(".command-entry-title strong")
    expect(names.first).to_be_visible()
    assert names.count() >= 10
    assert not names.evaluate_all(
        "names => names.filter(name => name.scrollWidth > name.clientWidth).map(n => n.textContent)"
    )


def test_what_was_looked_at_is_there_after_a_reload(browser: Browser) -> None:
    page = browser.page
    view_as(page, "지우")
    open_channel(page, "드라마-소식")
    page.reload()
    expect(page.locator("#channel-name")).to_have_text("드라마-소식")
    expect(page.locator("#demo-people")).to_have_value(
        page.locator("#demo-people option", has_text="지우").get_attribute("value") or ""
    )


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
