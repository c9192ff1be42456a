"""The page of the interface in Chromium: what it shows, what it sends, and that it loads nothing from elsewhere."""
import http.server
import json
import os
import pathlib
import re
import shutil
import tempfile
import threading
import urllib.parse

from playwright.sync_api import expect, sync_playwright

from service import Service, token

ROLES = "role.analyst = metrics:read\n"
CONTRAST_MIN = 4.5
FAILED_FETCH = re.compile(r"Failed to load resource: the server responded with a status of (\d+)")


class Watched:
    """A page whose requests and console are kept."""

    def __init__(self, browser, url, **options):
        self.page = browser.new_page(**options)
        self.requests, self.console = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.console.append((message.type, message.text)))
        self.page.on("pageerror", lambda error: self.console.append(("error", str(error))))
        self.page.goto(f"{url}/docs")
        expect(self.page.get_by_role("heading", name="predict")).to_be_visible()

    def panel(self, identifier):
        panel = self.page.locator(f"#{identifier}")
        if panel.get_attribute("open") is None:
            # With the keyboard alone.
            panel.locator("summary").first.focus()
            self.page.keyboard.press("Enter")
        return panel

    def use_token(self, text):
        self.page.get_by_label("Bearer token").fill(text)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#token-state")).to_contain_text("A token is in use")

    def send(self, identifier):
        """Sends what the panel has; returns the place of the answer."""
        panel = self.panel(identifier)
        panel.get_by_role("button", name="Send").click()
        answer = panel.locator(".answer")
        expect(answer).not_to_contain_text("Sending")
        return answer

    def failed_fetches(self):
        """The statuses of answers that the browser reports as errors, each of them expected."""
        return [int(FAILED_FETCH.match(text)[1]) for _, text in self.console if FAILED_FETCH.match(text)]

    def check_quiet(self, expected_statuses=()):
        other = [entry for entry in self.console if not FAILED_FETCH.match(entry[1])]
        assert not other, other
        assert self.failed_fetches() == list(expected_statuses), self.console
        hosts = {urllib.parse.urlsplit(url).hostname for url in self.requests if not url.startswith("data:")}
        assert hosts == {"127.0.0.1"}, hosts


def check_prediction(browser, url):
    watched = Watched(browser, url)
    watched.use_token(f"Bearer {token('alice')}")
    answer = watched.send("postPredict")
    expect(answer.locator(".good")).to_have_text("200 OK")
    expect(answer.locator(".content")).to_contain_text('"churn_probability"')
    expect(answer.get_by_role("table", name="Fields")).to_contain_text("ratelimit")
    watched.panel("postPredict").get_by_label("explain (query)").fill("2")
    expect(watched.send("postPredict").locator(".content")).to_contain_text('"contribution"')
    expect(watched.send("getHealth").locator(".content")).to_contain_text('"pass"')
    kept = watched.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert kept == [0, 0, ""], kept
    watched.check_quiet()
    watched.page.reload()
    expect(watched.page.locator("#token-state")).to_contain_text("No token")
    watched.page.close()


def check_failures(browser, url):
    watched = Watched(browser, url)
    expect(watched.send("postPredict").locator(".explanation")).to_contain_text("Enter a token at the top")
    watched.use_token(token("bob"))
    body = watched.panel("postPredict").get_by_role("textbox", name="Body")
    example = body.input_value()
    body.fill(re.sub(r'"tenure": \d+', '"tenure": 999', example))
    answer = watched.send("postPredict")
    expect(answer.locator(".bad")).to_have_text("422 Unprocessable Content")
    expect(answer.get_by_role("row", name="tenure out_of_range")).to_be_visible()
    watched.panel("postPredict").get_by_role("button", name="Back to the example").click()
    assert body.input_value() == example
    for _ in range(2):
        expect(watched.send("postPredict").locator(".good")).to_have_text("200 OK")
    expect(watched.send("postPredict").locator(".explanation")).to_contain_text(
        re.compile(r"Quota exceeded.*Try again in \d+ s"))
    watched.page.get_by_role("button", name="Forget token").click()
    expect(watched.send("postPredict").locator(".explanation")).to_contain_text("Missing token")
    watched.check_quiet([401, 422, 429, 401])
    watched.page.close()


def check_roles(browser):
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "roles.conf"
        path.write_text(ROLES)
        with Service(routes="predict docs", roles__path=str(path)) as service:
            watched = Watched(browser, service.url)
            watched.use_token(token("dora", scope="analyst"))
            answer = watched.send("postPredict")
            expect(answer.locator(".explanation")).to_contain_text("Scope needed: predict")
            watched.check_quiet([403])
            watched.page.close()


def luminance(color):
    parts = [int(color[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def check_looks(browser, url):
    """Names and roles for a screen reader, narrow widths, and the contrast of both schemes."""
    for scheme in "light", "dark":
        watched = Watched(browser, url, color_scheme=scheme, viewport={"width": 320, "height": 700})
        watched.panel("postPredict")
        watched.panel("postPredict").locator("summary", has_text="Answers that can come").click()
        watched.panel("postPredict").locator("summary", has_text="Fields of the body").click()
        widths = watched.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1], widths
        script = "name => getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()"
        colors = {name: watched.page.evaluate(script, name) for name in
                  ("page", "text", "muted", "panel", "accent", "on-accent", "good", "bad")}
        pairs = [(name, place) for name in ("text", "muted", "accent") for place in ("page", "panel")]
        for name, place in pairs + [("good", "page"), ("bad", "page"), ("on-accent", "accent")]:
            found = contrast(colors[name], colors[place])
            assert found >= CONTRAST_MIN, f"{scheme}: {name} on {place} has a contrast of {found:.2f}"
        snapshot = watched.page.locator("body").aria_snapshot()
        for part in ('textbox "Bearer token"', 'button "Use token"', 'heading "churnd" [level=1]', 'textbox "Body"',
                     'button "Send"', 'link "Skip to the operations"'):
            assert part in snapshot, f"{part} is not in {snapshot}"
        unnamed = watched.page.evaluate(
            "[...document.querySelectorAll('input, select, textarea')].filter(i => i.labels.length !== 1).length")
        assert unnamed == 0, unnamed
        watched.check_quiet()
        watched.page.close()


def check_hostile_description(browser, url):
    """What the description says is text, whatever it looks like."""
    page = browser.new_page()
    mark = "<img src=x onerror=alert(1)>"
    page.route("**/openapi.json", lambda route: route.fulfill(json={
        "info": {"version": mark, "x-model": mark},
        "paths": {"/x": {"get": {"operationId": "x", "summary": mark, "tags": [mark],
                                 "parameters": [{"name": mark, "in": "query"}], "responses": {}}}}}))
    page.goto(f"{url}/docs")
    expect(page.get_by_role("heading", name=mark)).to_be_visible()
    assert page.locator("img").count() == 0
    page.close()


class EmptyPage(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def check_other_origin(browser):
    """A page of another origin predicts where its origin is listed, and gets nothing where it is not."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), EmptyPage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        script = """async ([url, token, body]) => {
            const headers = {Authorization: `Bearer ${token}`, 'Content-Type': 'application/json'};
            try {
                const answer = await fetch(`${url}/predict`, {method: 'POST', headers, body});
                return [answer.status, answer.headers.get('RateLimit') !== null, (await answer.json()).status ?? 0];
            } catch (error) { return [error.name]; }
        }"""
        cases = (origin, [[200, True, 0], [401, False, 401]]), ("https://app.example", [["TypeError"]] * 2)
        for origins, wanted in cases:
            with Service(routes="predict docs", cors__origins=origins) as service:
                page = browser.new_page()
                page.goto(origin)
                document = page.request.get(f"{service.url}/openapi.json").json()
                content = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
                found = [page.evaluate(script, [service.url, text, json.dumps(content["example"])])
                         for text in (token("eve"), "no-token")]
                assert found == wanted, found
                page.close()
        server.shutdown()


def run():
    chromium = shutil.which("chromium")
    if chromium is None:
        print("skipped: the page in Chromium, there is no chromium in PATH")
        return
    # Chromium's own sandbox refuses to run as root.
    arguments = ["--disable-dev-shm-usage"] + (["--no-sandbox"] if os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        with Service(routes="predict docs") as service:
            check_prediction(browser, service.url)
            check_looks(browser, service.url)
            check_hostile_description(browser, service.url)
        with Service(routes="predict docs", quota__limit="2") as service:
            check_failures(browser, service.url)
        check_roles(browser)
        check_other_origin(browser)
        browser.close()
    print("Chromium: the page sends the example, shows answers of all kinds, and loads nothing from elsewhere;\n"
          "Chromium: a page of another origin predicts where it is listed alone")
