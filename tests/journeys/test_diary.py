"""The diary as a browser sees it: drags, keys, news from colleagues, narrow screens, and how little a drag costs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect
from uuid_utils.compat import uuid7

from accounts.tenancy import acting_in
from bookings.models import Appointment, Series
from tests.bookings.office import close_connections, ten
from tests.factories import make_client
from tests.journeys.diary_page import Desk, a_desk, served
from tests.journeys.tracing import traced

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")
WIDTHS = (320, 390, 768, 1024, 1440, 1920)
# Counts what a drag writes into the page outside its one mark
WATCH = """() => {
  window.writes = 0;
  const isOfMark = (node) => Boolean((node.closest ? node : node.parentElement)?.closest(".diary__mark"));
  new MutationObserver((all) => { window.writes += all.filter((one) => !isOfMark(one.target)).length; })
    .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""
# A place where nothing is booked, at the edge of a column at least
FREE = """() => {
  const isFree = (one) => one?.closest(".diary__body") && !one.closest(".appt, .diary__away");
  for (const body of document.querySelectorAll(".diary__body")) {
    const { left, width } = body.getBoundingClientRect();
    for (const x of [left + width / 2, left + 2, left + width - 2])
      for (let y = 240; y < 800; y += 4) if (isFree(document.elementFromPoint(x, y))) return [x, y];
  }
}"""
# How many rows the head's controls stand in, and which of them are too small for a finger
HEAD = """() => {
  const isSeen = (one) => one.getClientRects().length && !one.closest(".menu__sheet");
  const seen = (all) => [...document.querySelectorAll(all)].filter(isSeen);
  const box = (one) => one.getBoundingClientRect();
  const rows = new Set(seen(".diary-head :is(.button, .segmented)").map((one) => Math.round(box(one).top / 12)));
  const small = seen(".diary-head :is(.button, .segmented a), .diary__who")
    .filter((one) => box(one).height < 42 || box(one).width < 30);
  return { rows: rows.size, small: small.map((one) => `${one.className} ${box(one).width} ${box(one).height}`) };
}"""


@pytest.fixture
def desk() -> Desk:
    """Two people; each with appointments of half an hour from 8:00 to 10:00."""
    return a_desk(people=2, each=4)


@pytest.fixture
def crowd() -> Desk:
    """Ten people with twenty appointments each."""
    return a_desk(people=10, each=20)


@pytest.fixture
def base(desk: Desk) -> Iterator[str]:
    """The address of a server that runs for one test."""
    with served() as address:
        yield address
    close_connections()


def elsewhere(desk: Desk, act: Callable[[], object]) -> None:
    """Have a colleague act, in a thread of its own: a browser's event loop runs in this one."""

    def run() -> None:
        with acting_in(desk.office.account.ref, by=desk.office.by):
            act()
        close_connections()

    thread = Thread(target=run)
    thread.start()
    thread.join()


def in_series(desk: Desk) -> None:
    """Have the first visit come again in a week."""
    first = desk.booked[0]
    series = Series(first_date=desk.day, local_time=first.local_time, time_zone=first.time_zone)
    series.save(force_insert=True)
    Appointment.objects.filter(pk=first.pk).update(series=series, series_date=desk.day)
    week = timedelta(weeks=1)
    again = Appointment.objects.get(pk=first.pk)
    again.pk = uuid7()
    for name in ("starts_at", "ends_at", "busy_from", "busy_until", "local_date", "series_date"):
        setattr(again, name, getattr(again, name) + week)
    again.save(force_insert=True)


def grab(page: Page, block: str, to_x: float, to_y: float, *, steps: int = 8) -> None:
    """Press on a block and carry it by so many pixels, without letting go."""
    page.locator(block).hover()  # waits until it lies still and nothing lies over it
    box = page.locator(block).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + to_x, y + to_y, steps=steps)


def hour(page: Page) -> float:
    """Return the height of an hour in pixels."""
    height: float = page.evaluate(
        "() => { const li = document.querySelectorAll('.diary__axis li'); return li[2].offsetTop - li[1].offsetTop; }"
    )
    return height


def test_a_drag_moves_asks_and_is_taken_back(desk: Desk, base: str, browser: Browser) -> None:
    page = desk.open(desk.context(browser, base), base)
    block = f"#appointment-{desk.booked[0].pk}"
    # Escape leaves it where it was
    grab(page, block, 0, 5 * hour(page))
    expect(page.locator(".diary__mark")).to_be_visible()
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(block)).to_have_class(re.compile(r"from-480\b"))
    # Five hours later is free
    grab(page, block, 0, 5 * hour(page))
    page.mouse.up()
    expect(page.locator(block)).to_have_class(re.compile(r"from-780\b"))
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(block)).to_have_class(re.compile(r"from-480\b"))
    # Half an hour later somebody else is booked: the panel says who, and asks
    grab(page, block, 0, hour(page) / 2)
    page.mouse.up()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("8:30 am is taken.")
    expect(panel.get_by_label("Tell the client")).to_be_checked()
    expect(page.locator(block)).to_have_class(re.compile(r"from-480\b"))
    panel.get_by_label("Overbook").check()
    panel.get_by_label("Why").fill("Both know")
    panel.get_by_role("button", name="Move it").click()
    expect(page.locator(block)).to_have_class(re.compile(r"from-510\b.* lane-\d-of-2"))


def test_a_dropped_visit_of_a_series_asks_how_far(desk: Desk, base: str, browser: Browser) -> None:
    elsewhere(desk, lambda: in_series(desk))
    page = desk.open(desk.context(browser, base), base)
    block, panel = f"#appointment-{desk.booked[0].pk}", page.locator("#panel")
    grab(page, block, 0, 5 * hour(page))
    page.mouse.up()
    expect(panel).to_contain_text("Move which ones?")
    # Where it was put down stays marked until that is answered
    expect(page.locator(".diary__mark.is-lifted")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".diary__mark.is-lifted")).to_have_count(0)
    expect(page.locator(block)).to_have_class(re.compile(r"from-480\b"))
    grab(page, block, 0, 5 * hour(page))
    page.mouse.up()
    panel.get_by_role("button", name="This and the later ones (2)").click()
    expect(panel).to_contain_text("What changes")
    panel.get_by_role("button", name="Change them").click()
    expect(page.locator(block)).to_have_class(re.compile(r"from-780\b"))
    expect(page.locator("#toasts")).to_contain_text("2 visits are changed.")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(block)).to_have_class(re.compile(r"from-480\b"))


def test_the_lower_edge_pulls_and_free_time_is_drawn(
    desk: Desk, base: str, browser: Browser
) -> None:
    page = desk.open(desk.context(browser, base), base)
    last = page.locator(f"#appointment-{desk.booked[3].pk}")
    box = last.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] - 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + box["height"] + hour(page) / 2, steps=6)
    page.mouse.up()
    expect(last).to_have_class(re.compile(r"for-60\b"))
    page.locator(".toast__close").click()
    start = box["y"] + 2.5 * hour(page)
    page.mouse.move(box["x"] + 40, start)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, start + hour(page), steps=6)
    page.mouse.up()
    page.wait_for_url(re.compile(r"/appointments/new/\?.*minutes=60"))
    expect(page.get_by_label("Day")).to_have_value(str(desk.day))


def test_all_of_it_works_by_keyboard(desk: Desk, base: str, browser: Browser) -> None:
    page = desk.open(desk.context(browser, base), base)
    block = page.locator(f"#appointment-{desk.booked[3].pk}")
    block.focus()
    page.keyboard.press("m")
    for key in ("PageDown", "ArrowDown", "Shift+ArrowDown", "Escape"):
        page.keyboard.press(key)
    expect(block).to_have_class(re.compile(r"from-570\b"))
    expect(page.locator(".diary__say")).to_have_text("Left where it was")
    block.focus()
    page.keyboard.press("m")
    for key in ("PageDown", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(
        page.locator(".diary__column").nth(1).locator(f"#{block.get_attribute('id')}")
    ).to_have_class(re.compile(r"from-630\b"))
    expect(block).to_be_focused()
    page.keyboard.press("b")
    for key in ("ArrowDown", "Shift+ArrowDown", "Shift+ArrowDown", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile(r"starts=[\d-]+T11%3A15&minutes=45"))


def test_news_of_a_colleague_come_without_losing_the_place(
    desk: Desk, base: str, browser: Browser
) -> None:
    page = desk.open(
        desk.context(browser, base, viewport=ViewportSize(width=1440, height=520)), base
    )
    page.locator(f"#appointment-{desk.booked[1].pk}").focus()
    page.evaluate("document.getElementById('diary').scrollTop = 60")
    elsewhere(
        desk, lambda: desk.office.booked(ten(14, day=desk.day), make_client(given_name="Leila"))
    )
    news = "document.dispatchEvent(new Event('diary-stale'))"
    # Not while something is carried
    grab(page, f"#appointment-{desk.booked[2].pk}", 0, 80)
    expect(page.locator(".diary__mark.is-lifted")).to_be_visible()
    page.evaluate(news)
    page.wait_for_timeout(400)
    expect(page.locator(".appt")).to_have_count(8)
    page.keyboard.press("Escape")
    page.mouse.up()
    page.locator(f"#appointment-{desk.booked[1].pk}").focus()
    top = page.evaluate("document.getElementById('diary').scrollTop")
    page.evaluate(news)
    expect(page.locator(".appt")).to_have_count(9)
    expect(page.locator(f"#appointment-{desk.booked[1].pk}")).to_be_focused()
    assert page.evaluate("document.getElementById('diary').scrollTop") == top


def test_no_news_while_a_form_is_half_written(desk: Desk, base: str, browser: Browser) -> None:
    page = desk.open(desk.context(browser, base), base)
    page.locator(f"#appointment-{desk.booked[1].pk}").click()
    page.locator("#panel").get_by_role("link", name="Move").click()
    page.locator("#panel").get_by_label("Starts at").fill("15:00")
    elsewhere(desk, lambda: desk.office.booked(ten(14, day=desk.day)))
    page.evaluate("document.dispatchEvent(new Event('diary-stale'))")
    page.wait_for_timeout(400)
    expect(page.locator(".appt")).to_have_count(8)


def test_a_finger_that_rests_lifts_an_appointment(desk: Desk, base: str, browser: Browser) -> None:
    phone = desk.context(
        browser, base, viewport=ViewportSize(width=390, height=844), has_touch=True, is_mobile=True
    )
    page = desk.open(phone, base)
    block = page.locator(f"#appointment-{desk.booked[3].pk}")
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    cdp = page.context.new_cdp_session(page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    expect(page.locator(".diary__mark.is-lifted")).to_be_visible()
    for step in range(1, 7):
        touch("touchMove", {"x": x, "y": y + step * hour(page) / 6})
    touch("touchEnd")
    expect(block).to_have_class(re.compile(r"from-630\b"))


@pytest.mark.parametrize("view", ["day", "week", "month", "list"])
def test_no_screen_scrolls_sideways_and_a_phones_head_has_two_rows(
    desk: Desk, base: str, browser: Browser, view: str
) -> None:
    page = desk.open(desk.context(browser, base), base, f"&view={view}")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        # The new size arrives a moment after it was asked for
        page.wait_for_function(
            "w => innerWidth === w && document.documentElement.scrollWidth <= w", arg=width
        )
        if width > 768:
            continue
        head = page.evaluate(HEAD)
        assert (head["rows"] <= 2, head["small"]) == (True, []), (width, head)
    if view == "day":
        page.set_viewport_size({"width": 390, "height": 844})
        expect(page.locator(".diary__column:visible")).to_have_count(1)
        page.emulate_media(media="print")
        expect(page.locator(".diary__column:visible")).to_have_count(2)
        page.emulate_media(media="screen")
        page.locator(".diary__who:visible").last.click()
        expect(page.locator(".diary__column:visible")).to_have_attribute("aria-label", "Tom Okafor")


def test_a_drag_among_two_hundred_costs_what_its_mark_costs(crowd: Desk, browser: Browser) -> None:
    """In counts that don't depend on how busy the machine is; the longest task is told, not judged."""
    moves = 60
    with served() as address:
        page = crowd.open(crowd.context(browser, address), address)
        expect(page.locator(".appt")).to_have_count(200)
        cdp = page.context.new_cdp_session(page)
        block = f"#appointment-{crowd.booked[0].pk}"
        with traced(cdp) as lift:
            grab(page, block, 20, 20, steps=4)
            expect(page.locator(".diary__mark.is-lifted")).to_be_visible()
        page.evaluate(WATCH)
        with traced(cdp) as drag:
            for step in range(moves):
                page.mouse.move(420 + step * 8, 300 + step * 5)
        writes = page.evaluate("window.writes")
        page.keyboard.press("Escape")
        page.mouse.up()
        x, y = page.evaluate(FREE)
        page.mouse.move(x, y)
        with traced(cdp) as draw:
            page.mouse.down()
            page.mouse.move(x, y + 30, steps=4)
            expect(page.locator(".diary__mark.is-shown")).to_be_visible()
        page.keyboard.press("Escape")
        page.mouse.up()
    times = [round(each.longest) for each in (lift, drag, draw)]
    print(f"longest task in ms: {times} as it is lifted, on its way, as free time is drawn over")
    assert (writes, drag.forced_layouts) == (0, 0)
    assert len(drag.named("Layout")) <= moves
    # The mark, its two words and their layer; never the two hundred
    assert drag.restyled <= 12 * moves
    assert lift.restyled <= 150
    assert draw.restyled <= 150
