#!/usr/bin/env python3
"""Opens the HTML report of a run in a browser, clicks through it, and measures how long the index of many cases takes.

browser.py RUN LARGE [SHOTS]: folders with an index.html each; SHOTS is a folder for screenshots.
"""

import json
import os
import pathlib
import sys

import chromium

WIDTHS = (360, 800, 1440)
# Seconds in which the index of many cases is open.
SOON = 2.0

wrong = []


def check(what, holds, seen=""):
    print(f"{'ok   ' if holds else 'WRONG'} {what}{f' ({seen})' if seen != '' else ''}")
    if not holds:
        wrong.append(what)


def rows(page):
    return page.js("document.querySelectorAll('#rows tr').length")


def index(page, run):
    results = json.loads((run / "results.json").read_text())
    summary = results["summary"]
    page.open(run.joinpath("index.html").as_uri())
    check("the index shows every case", rows(page) == min(150, summary["cases"]), rows(page))
    page.click('button[data-v="fail"]')
    check("a click on `fail` leaves those", rows(page) == summary["fail"], rows(page))
    check("the hash says so", page.js("location.hash") == "#v=fail", page.js("location.hash"))
    page.open(run.joinpath("index.html").as_uri() + "#v=fail&q=identity")
    few = rows(page)
    check("a link with a filter filters", 0 < few < summary["fail"], few)
    check("its text is in the field", page.js("document.getElementById('text').value") == "identity")
    page.click("#clear")
    check("`Show all` shows all", rows(page) == min(150, summary["cases"]), rows(page))
    page.js("document.getElementById('hop').value = 'A-B'; document.getElementById('hop').dispatchEvent(new Event('change'))")
    hop = page.js("[...document.querySelectorAll('#rows td.hop')].every(td => td.textContent === 'A-B')")
    check("the hop's filter leaves the hop", hop and rows(page) > 0, rows(page))
    page.js("document.getElementById('text').focus()")
    page.call("Input.insertText", text="no such case at all")
    page.settle()
    check("what nothing has leaves nothing", rows(page) == 0)
    check("and says so", "No case" in page.js("document.getElementById('shown').textContent"))
    return results


def case(page, run, results, id):
    """A case with a broken arrow."""
    page.open(run.joinpath("index.html").as_uri() + "#q=" + id)
    page.events = []
    page.click("#rows a.id")
    page.wait_for("Page.loadEventFired")
    check(f"{id}: a row leads to its page", page.js("document.querySelector('h1').textContent").endswith(id))
    arrow = page.js("document.querySelector('a.arrow.broken').id")
    check(f"{id}: one arrow is broken", arrow is not None, arrow)
    check(f"{id}: its band is there", page.js("!!document.getElementById('broken')"))
    line = page.js("document.querySelector('pre.yaml .l.broken').textContent")
    check(f"{id}: the failing line is marked", line != "", line.strip())
    seen = """(() => { const l = document.querySelector('pre.yaml .l.broken').getBoundingClientRect(),
        p = document.querySelector('pre.yaml').getBoundingClientRect(); return l.top >= p.top - 1 && l.bottom <= p.bottom + 1; })()"""
    check(f"{id}: and scrolled to", page.js(seen))
    number = arrow[1:]
    page.js("document.querySelectorAll('details.msg').forEach(d => { d.open = false; })")
    page.click(f"#{arrow} .touch")
    check(f"{id}: a click on the arrow opens its message", page.js(f"document.getElementById('m{number}').closest('details').open"))
    check(f"{id}: and goes there", page.js("location.hash") == f"#m{number}" and visible(page, f"m{number}"))
    page.click(f"#m{number} a[href='#a{number}']")
    check(f"{id}: and back", page.js("location.hash") == f"#a{number}" and visible(page, arrow))
    page.js(f"document.querySelectorAll('details.msg').forEach(d => {{ d.open = false; }}); document.getElementById('{arrow}').focus()")
    page.key("Enter")
    check(f"{id}: Enter on the arrow does the same", page.js(f"document.getElementById('m{number}').closest('details').open"))
    hex_of = f"#m{number} .layer:last-child"
    place = page.js(f"""(() => {{ const f = document.querySelector("{hex_of} tr[data-f='0']"); f.scrollIntoView({{block: 'center'}});
        const r = f.getBoundingClientRect(); return [r.x + 20, r.y + r.height / 2]; }})()""")
    page.call("Input.dispatchMouseEvent", type="mouseMoved", x=place[0], y=place[1])
    lit = page.js(f"""document.querySelectorAll("{hex_of} pre.hex span.on[data-f='0']").length""")
    check(f"{id}: pointing at a field marks its octets", lit > 0, lit)


def visible(page, id):
    return page.js(f"""(() => {{ const r = document.getElementById({json.dumps(id)}).getBoundingClientRect();
        return r.bottom > 0 && r.top < innerHeight; }})()""")


def fits(page, url, what, shots):
    """No page scrolls sideways at any width, in light and dark."""
    for width in WIDTHS + (320,):
        for dark in (False, True):
            page.size(width, dark=dark)
            page.open(url)
            page.settle()
            wide = page.js("document.documentElement.scrollWidth")
            if not dark:
                check(f"{what} fits in {width} px", wide <= width, wide)
            if shots and width != 320:
                page.shot(shots / f"{what}-{width}-{'dark' if dark else 'light'}.png", whole=True)
    page.size(1280)


def large(page, folder):
    url = folder.joinpath("index.html").as_uri()
    page.open(url)
    # The page's own clock: from the navigation to the frame after its script has shown the first rows.
    drawn = page.js("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => r(performance.now()))))") / 1000
    check(f"10,000 cases are open in under {SOON} s", drawn < SOON, f"{drawn:.2f} s")
    total = page.js("JSON.parse(document.getElementById('data').textContent).rows.length")
    check("all are there", total == 10_000, total)
    took = page.js("""(async () => { const t = performance.now(); location.hash = '#q=mm4 TP-';
        await new Promise(r => addEventListener('hashchange', () => requestAnimationFrame(r), {once: true}));
        return performance.now() - t; })()""")
    check("they are filtered at once", took < 1000, f"{took:.0f} ms, {rows(page)} rows")


def main():
    run, many = map(lambda p: pathlib.Path(p).resolve(), sys.argv[1:3])
    shots = pathlib.Path(sys.argv[3]).resolve() if len(sys.argv) > 3 else None
    if shots:
        shots.mkdir(parents=True, exist_ok=True)
    page = chromium.Chromium(chromium.find())
    try:
        page.size(1280)
        results = index(page, run)
        for id in ("e2e-rejection-is-reported", "mm1-send-conf-echoes-transaction-id[capitals]",
                   "multi-relay-one-identity-outside[two-relays]"):
            case(page, run, results, id)
        shown = {
            "index": "index.html",
            "two-mmse": "cases/e2e-rejection-is-reported.html",
            "one-relay": "cases/mm1-send-conf-echoes-transaction-id~capitals.html",
            "two-relays": "cases/multi-relay-one-identity-outside~two-relays.html",
            "front-relay-nothing-came": "cases/multi-relay-home-relay-down-inbound~front-relay.html",
        }
        for what, path in shown.items():
            fits(page, run.joinpath(path).as_uri(), what, shots)
        large(page, many)
        check("the console has no errors", not page.troubles, "; ".join(page.troubles[:3]))
        foreign = [url for url in page.requests if not url.startswith(("file:", "about:"))]
        check("nothing is loaded from elsewhere", not foreign, ", ".join(foreign[:3]))
    finally:
        page.close()
    if wrong:
        sys.exit(f"{len(wrong)} wrong: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
