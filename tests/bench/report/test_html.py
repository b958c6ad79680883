from __future__ import annotations

from html.parser import HTMLParser

import pytest

from rgrl.bench.report.html import Html, element, joined

HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' onclick='x", "&lt;b&gt;", "a\0b")


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text_wherever_it_stands(text):
    seen = Seen()
    seen.feed(element("p", text, element("b", text), [text], title=text))
    shown = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert seen.tags == [("p", {"title": shown}), ("b", {})]
    assert seen.text == 3 * shown


def test_half_a_surrogate_pair_can_be_written():
    assert joined("\ud800").encode() == rb"\ud800"


def test_attributes():
    assert element("a", hidden=True, title=None, open=False, x=1.25, data_value="<") == (
        '<a hidden x="1.25" data-value="&lt;"></a>'
    )


def test_only_markup_passes():
    assert joined(Html("<b>"), "<b>") == "<b>&lt;b&gt;"
