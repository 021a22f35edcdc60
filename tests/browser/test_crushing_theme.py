"""A theme that draws every button as a small square, as Grappelli does: ours keep their words."""

import pytest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

THEME = """
button, input[type=submit] { position: relative; display: inline-block; margin: 0 0 0 -25px;
  padding: 0; width: 25px; height: 25px; box-sizing: border-box; overflow: hidden; }
"""
# Put before all style sheets, where a theme's stands.
INSTALL = f"""() => {{
  const sheet = new CSSStyleSheet(); sheet.replaceSync(`{THEME}`);
  document.adoptedStyleSheets = [sheet, ...document.adoptedStyleSheets];
}}"""
CUT = """() => [...document.querySelectorAll('.isolation button, .isolation input[type=submit]')]
  .filter(b => b.checkVisibility() && (b.scrollWidth > b.clientWidth + 1
    || b.getBoundingClientRect().width < 30 || b.getBoundingClientRect().left < 0))
  .map(b => b.outerHTML.slice(0, 120))"""
COUNT = """() => [...document.querySelectorAll('.isolation button, .isolation input[type=submit]')]
  .filter(b => b.checkVisibility()).length"""


def test_no_button_of_ours_is_cut_off(browser, log_in, live_server, pages):
    cut, seen = {}, 0
    with browser.new_context(bypass_csp=True) as context:
        page = log_in(context).new_page()
        for name, address in pages.items():
            page.goto(live_server.url + address, wait_until="networkidle")
            page.evaluate(INSTALL)
            seen += page.evaluate(COUNT)
            if found := page.evaluate(CUT):
                cut[name] = found
    assert cut == {}
    assert seen > 10
