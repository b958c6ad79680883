"""The page in a real browser: sorting, themes, a phone's width, hostile text, no network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up_results import FAR, GOOD, NEAR, store
from test_html import HOSTILE
from test_write_report import full

pytestmark = pytest.mark.slow

#: Set where a browser must be there, as in continuous integration: without one the tests fail.
REQUIRED = "RGRL_REQUIRE_BROWSER"

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

#: What has moved since the page was opened.
SHIFTS = """() => new Promise(done => {
    const seen = [];
    const add = list => seen.push(...list.getEntries().map(each => each.value));
    new PerformanceObserver(add).observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(seen), 300);
})"""

ORDER = "rows => rows.map(row => row.cells[0].textContent)"


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        told = f"no browser: one of {', '.join(NAMES)} is needed"
        assert not os.environ.get(REQUIRED), told
        pytest.skip(told)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def report(bench, tmp_path: Path) -> Path:
    results = [
        full(method, dataset, scores)
        for dataset in ("cora", "citeseer", "pubmed", "photo", "computers", "physics")
        for method, scores in (("dgi", FAR), ("rgrl", GOOD), ("grace", NEAR))
        if (method, dataset) != ("grace", "photo")
    ]
    hostile = full("rgrl", "cora", FAR) | {
        "dataset": "<img src=x onerror=document.title='hurt'>",
        "command": "</script><script>document.title='hurt'</script>",
        "config": {},
        "fingerprint": {"digest": HOSTILE[1]},
    }
    folder = store(tmp_path / "results", *results, hostile)
    out = tmp_path / "report.html"
    code, _, err = bench("report", folder, "-o", out)
    assert code == 0, err
    return out


@pytest.fixture
def opened(browser, report):
    """Open the page: the page of a browser, and what it complained of or asked the network for."""
    contexts = []

    def open_(scheme: str = "light", width: int = 1280):
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
        contexts.append(context)
        page, heard = context.new_page(), []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url))
        page.goto(report.as_uri())
        assert heard.pop(0) == report.as_uri()
        return page, heard

    yield open_
    for context in contexts:
        context.close()


def test_a_click_or_a_key_sorts_by_the_mean(opened):
    page, heard = opened()
    rows, header = page.locator("table.sortable tbody").first.locator("tr"), page.locator("th[aria-sort]")
    assert rows.evaluate_all(ORDER) == ["dgi", "rgrl", "grace"]
    page.get_by_role("button", name="cora", exact=True).first.click()
    assert header.nth(1).get_attribute("aria-sort") == "descending"
    assert rows.evaluate_all(ORDER) == ["rgrl", "grace", "dgi"]
    page.get_by_role("button", name="cora", exact=True).first.press("Enter")
    assert header.nth(1).get_attribute("aria-sort") == "ascending"
    assert rows.evaluate_all(ORDER) == ["dgi", "grace", "rgrl"]
    for order in (["rgrl", "dgi", "grace"], ["dgi", "rgrl", "grace"]):  # one that was not run stays last
        page.get_by_role("button", name="photo", exact=True).first.press("Space")
        assert rows.evaluate_all(ORDER) == order
    assert header.nth(1).get_attribute("aria-sort") == "none"
    page.get_by_role("button", name="method", exact=True).first.click()
    assert rows.evaluate_all(ORDER) == ["dgi", "grace", "rgrl"]
    assert heard == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_overflows_or_shifts_in_either_theme(opened, tmp_path, scheme, width):
    page, heard = opened(scheme, width)
    assert page.evaluate(SHIFTS) == []
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".scroll").first
    if width < 400:
        assert box.evaluate("box => box.scrollWidth > box.clientWidth"), "the table scrolls in its box"
    picture = tmp_path / f"{scheme}-{width}.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 10_000
    assert heard == []


@pytest.mark.parametrize("width", [1280, 390])
def test_a_table_with_names_of_300_letters_can_be_read(browser, bench, tmp_path, width):
    long, other = "d" * 300, "m" * 300
    results = [full("rgrl", "cora", GOOD), full("rgrl", "cora", FAR) | {"dataset": long, "method": other}]
    out = tmp_path / "report.html"
    assert bench("report", store(tmp_path / "results", *results), "-o", out)[0] == 0
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(out.as_uri())
    cells = page.locator("table.sortable").first.locator("th")
    widths = cells.evaluate_all("cells => cells.map(cell => cell.getBoundingClientRect().width)")
    assert max(widths) <= 640, "a name is broken into lines"
    for name in (long, other):
        box = cells.filter(has_text=name).evaluate("cell => [cell.scrollWidth, cell.clientWidth]")
        assert box[0] <= box[1], "all of it is in its cell"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_the_toggle_takes_the_place_of_the_systems_choice(opened):
    page, _ = opened("dark")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark, toggle = page.evaluate(ground), page.get_by_role("button", name="Dark")
    assert toggle.get_attribute("aria-pressed") == "true"
    toggle.click()
    assert toggle.get_attribute("aria-pressed") == "false"
    light = page.evaluate(ground)
    assert (dark, light) == ("rgb(20, 23, 26)", "rgb(255, 255, 255)")
    toggle.click()
    assert page.evaluate(ground) == dark


def test_what_was_stored_is_shown_and_does_nothing(opened):
    page, heard = opened()
    page.wait_for_timeout(200)
    assert page.title() == "Results of rgrl-bench"
    assert page.locator("img").count() == 0
    assert page.get_by_text("onerror=document.title").count() > 0
    assert heard == []


def test_the_policy_stops_what_would_pass_for_markup(browser, report):
    report.write_text(
        report.read_text().replace("<main>", "<main><script>document.title = 'hurt'</script>"),
        encoding="utf-8",
    )
    page = browser.new_page()
    page.goto(report.as_uri())
    assert page.title() == "Results of rgrl-bench"
    page.close()


def test_on_paper_all_is_open_and_the_toggle_is_gone(opened):
    page, _ = opened("dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.emulate_media(media="print")
    assert not page.locator("#theme").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0
