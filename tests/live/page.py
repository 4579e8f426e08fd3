"""What page.sh asks of the page in a browser; prints "ok WHAT" or "FAIL WHAT".

  page.py test URL PID         PID: of the exporter, which is ended at the end
  page.py pictures URL FOLDER
"""
import os
import signal
import sys

from browser import Browser

HOSTILE = '<script>alert(1)</script> <b>"&amp;"</b>'

# Text whose contrast to what is behind it is below 4.5 : 1 (WCAG 2.1, 1.4.3).
FAINT = """(function () {
  function parts(c) { var m = c.match(/[0-9.]+/g).map(Number); return m.length < 4 ? m.concat(1) : m; }
  function light(c) { return c.slice(0, 3).map(function (v) { v /= 255;
    return v <= .03928 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4); })
    .reduce(function (sum, v, i) { return sum + v * [.2126, .7152, .0722][i]; }, 0); }
  function ground(e) { for (; e; e = e.parentElement) {
    var c = parts(getComputedStyle(e).backgroundColor); if (c[3] > .99) return c; } return [255, 255, 255, 1]; }
  var faint = [], seen = 0;
  document.querySelectorAll('body *').forEach(function (e) {
    if (!Array.from(e.childNodes).some(function (n) { return n.nodeType === 3 && n.data.trim(); })) return;
    if (['SCRIPT', 'STYLE', 'TITLE'].indexOf(e.tagName) >= 0 || !e.getClientRects().length) return;
    var style = getComputedStyle(e), a = light(parts(e instanceof SVGElement ? style.fill : style.color)),
      b = light(ground(e)), ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    seen++;
    if (ratio < 4.5) faint.push(e.tagName + '.' + e.className + ' ' + ratio.toFixed(2) + ': ' + e.textContent.slice(0, 30));
  });
  return seen > 50 ? faint.slice(0, 5) : ['too little text: ' + seen];
})()"""


def check(what, holds, detail=None):
    print(("ok " if holds else "FAIL ") + what)
    if not holds:
        print("%r" % (detail,))
    sys.stdout.flush()


def clean(what, page):
    check(what + ": the browser has no complaint", not page.complaints, page.complaints)


def fits(page):
    return page.value("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def looks(browser, url):
    """Every way of looking at it."""
    for script in True, False:
        for dark in False, True:
            for width in 1280, 390:
                what = "%s, %s, %d wide" % ("script" if script else "no script",
                                            "dark" if dark else "light", width)
                page = browser.open_page(script=script, dark=dark, width=width).go(url + "/")
                title = page.value("document.title")
                check(what + ": the title tells the worst", title.split(" ")[1:2] == ["CRITICAL,"] or
                      title.split(" ")[1:2] == ["CRITICAL"], title)
                check(what + ": problems come first", page.value(
                    "document.querySelector('article').getBoundingClientRect().top <"
                    "document.querySelector('table').getBoundingClientRect().top"))
                check(what + ": it fits", fits(page))
                ground = page.value("getComputedStyle(document.body).backgroundColor")
                check(what + ": the ground", (int(ground.split("(")[1].split(",")[0]) < 60) == dark, ground)
                check(what + ": contrast", page.value(FAINT) == [], page.value(FAINT))
                clean(what, page)
                page.close()


def strangers(browser, url):
    """What a stranger says is text."""
    for path in "/", "/target?server=mx2.example.net&service=smtp-relay":
        page = browser.open_page().go(url + path)
        check(path + ": markup is shown as text", HOSTILE in page.text(), page.text())
        check(path + ": and is none", page.count("b") == 0 and page.count("script") == 1)
        check(path + ": isolated in its direction", page.value(
            "getComputedStyle(document.querySelector('samp bdi')).unicodeBidi") == "isolate")
        clean(path, page)
        page.close()


def policy(browser, url):
    """The policy holds, and the complaints above would have been heard."""
    page = browser.open_page().go(url + "/")
    page.value("var s = document.createElement('script'); s.textContent = 'window.ran = 1';"
               "document.body.appendChild(s); 1")
    page.value("var d = document.createElement('div'); d.innerHTML = '<p style=\"color:red\">x</p>';"
               "document.body.appendChild(d); 1")
    heard = page.settle(lambda: len([c for c in page.complaints if "Content Security" in c]) >= 2, 5)
    check("a foreign script does not run", page.value("window.ran") is None)
    check("and the browser says so", heard, page.complaints)
    page.close()


def search(browser, url):
    page = browser.open_page(script=False).go(url + "/")
    check("the search has a label", page.value("document.querySelector('#q').labels.length") == 1)
    page.value("document.querySelector('#q').focus()")
    page.type("RELAY mx2")
    page.loaded = False
    page.key("Enter", 13)
    page.settle(lambda: page.loaded)
    check("search without script: the address has the question",
          page.value("location.search") == "?q=RELAY+mx2", page.value("location.search"))
    check("search: what is found", page.count("td.service") == 1 and "smtp-relay" in page.text("td.service"),
          page.text())
    check("search: the words stay in the field", page.value("document.querySelector('#q').value") == "RELAY mx2")
    check("search: the way back", page.count("a.back") == 1)
    page.go(url + "/")
    page.loaded = False
    page.value("document.querySelector('.chips a[href*=\"state=ok\"]').click()")
    page.settle(lambda: page.loaded)
    check("filter: only that state", page.count("td.service") >= 7 and
          page.count("table.rows tr.ok") == page.count("td.service"), page.text())
    check("filter: the chip says what is shown",
          page.value("document.querySelector('.chips [aria-current]').innerText").strip().startswith("OK"))
    page.go(url + "/?q=%3Cb%3E%22no-such-word")
    check("nothing found is said", page.text("h2").startswith("0 found"), page.text("h2"))
    clean("search and filter", page)
    page.close()


def target(browser, url):
    for width in 1280, 390:
        page = browser.open_page(width=width).go(url + "/?q=smtp-relay")
        page.loaded = False
        page.value("document.querySelector('td.service a').click()")
        page.settle(lambda: page.loaded)
        text = page.text()
        check("%d wide: a target's page" % width, page.value("location.pathname") == "/target" and
              "mx2.example.net" in page.text("h1"), text)
        check("%d wide: it fits" % width, fits(page))
        check("%d wide: what was said" % width, "S: 554 5.7.1 " + HOSTILE in page.text("pre"), page.text("pre"))
        check("%d wide: the last hour" % width, page.count("svg.chart rect.f2") >= 1)
        check("%d wide: contrast" % width, page.value(FAINT) == [], page.value(FAINT))
        page.go(url + "/target?server=store7.example.net&service=imaps-archive")
        check("%d wide: the certificate" % width, "certificate expires soon" in page.text() and
              "mail.demo.test" in page.text(), page.text())
        clean("%d wide: a target's page" % width, page)
        page.close()


def live(browser, url, exporter):
    page = browser.open_page().go(url + "/")
    check("it says that it is live", page.settle(lambda: page.text("#live") == "Live"), page.text("#live"))
    check("and without script does not",
          browser.open_page(script=False).go(url + "/").value("document.querySelector('#live').hidden"))
    page.value("window.mark = 1; document.querySelector('td.service a[href*=\"smtp-backup\"]').focus()")
    since = ("document.querySelector('td.service a[href*=\"smtp-backup\"]').closest('tr')"
             ".querySelector('[data-is=Since] time').dateTime")
    seen = set()

    def many_changes():
        seen.add(page.value(since))
        return len(seen) >= 4

    # What comes every 15 seconds anyway would show one more, or two.
    check("changes arrive by themselves when they happen", page.settle(many_changes, 14), seen)
    check("in the same page", page.value("window.mark") == 1)
    check("the focus stays", page.value(
        "(document.activeElement.getAttribute('href') || '').indexOf('smtp-backup') > 0"))
    page.value("getSelection().selectAllChildren(document.querySelector('h1'))")
    page.settle(lambda: False, 4)
    check("so does a selection", page.value("getSelection().toString()") != "")
    clean("live", page)
    os.kill(exporter, signal.SIGTERM)
    check("the end is seen", page.settle(lambda: page.text("#live") in ("Reconnecting", "Not reached")),
          page.text("#live"))
    page.close()


def test(url, exporter):
    browser = Browser()
    try:
        looks(browser, url)
        strangers(browser, url)
        policy(browser, url)
        search(browser, url)
        target(browser, url)
        live(browser, url, exporter)
    finally:
        browser.close()


def pictures(url, folder):
    browser = Browser()
    users = "/target?server=store7.example.net&service=imaps-users"
    for name, path, how in (("page", "/", dict(width=1280, height=1000)),
                            ("target", users, dict(width=1280, height=800, dark=True)),
                            ("phone", "/", dict(width=390, height=844))):
        page = browser.open_page(**how).go(url + path)
        page.settle(lambda: page.text("#live") == "Live", 3)
        page.picture(os.path.join(folder, name + ".png"), whole=name != "phone")
        page.close()
    browser.close()


if sys.argv[1] == "pictures":
    pictures(sys.argv[2], sys.argv[3])
else:
    test(sys.argv[2], int(sys.argv[3]))
