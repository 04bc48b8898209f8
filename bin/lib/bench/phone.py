"""An inspector's phone: Chromium with a folder of its own, which can be killed as a phone kills one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, BrowserType, Error, Page, Request, expect

from bench import checks

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
APP = "/lapangan/aplikasi/"
PATIENCE_MS = 60_000
ACCURACY = 7
SLOWER = 4

# what the phone still holds, and what it knows to be confirmed: drafts, photographs, confirmed reports
LEFT = """async () => {
    const result = (request) => new Promise((done, fail) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => fail(request.error);
    });
    const { name } = (await indexedDB.databases()).find(({ name }) => name.startsWith("lapangan-"));
    const db = await result(indexedDB.open(name));
    const count = (store) => result(db.transaction(store).objectStore(store).count());
    const found = [await count("drafts"), await count("photos"), await count("sent")];
    db.close();
    return found;
}"""
# ms from the tap on a case until its form, and until its map with its marks, were painted
OPEN = """async (id) => {
    const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const until = async (ready) => { while (!ready()) await painted(); await painted(); };
    const box = document.querySelector("[data-case]");
    const begin = performance.now();
    document.querySelector(`[data-list] a[href="#${id}"]`).click();
    await until(() => !box.hidden && box.querySelector("h2")?.textContent);
    const form = performance.now() - begin;
    await until(() => box.querySelector(".leaflet-marker-icon"));
    return [form, performance.now() - begin];
}"""


class Phone:
    def __init__(self, chromium: BrowserType, browser: str, site: str, folder: Path, session: list[str]):
        self.chromium, self.browser, self.site, self.folder = chromium, browser, site, folder
        self.session = {"name": session[0], "value": session[1], "url": site}
        self.complaints: list[str] = []
        self.seen: list[Request] = []
        self.start()

    def start(self) -> None:
        """Chromium writes cookies to the disk twice a minute only: the session is put back each time."""
        self.context: BrowserContext = self.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=self.browser,
            args=FLAGS,
            viewport={"width": 360, "height": 740},
            permissions=["geolocation"],
            locale="id-ID",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.add_cookies([self.session])  # type: ignore[list-item]
        self.context.on(
            "requestfinished", lambda one: self.seen.append(one)
        )  # the worker's requests are among them
        self.page: Page = self.context.pages[0]
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def kill(self) -> None:
        """As when the battery goes: kill -9 for the browser's own process, found by its folder."""
        mine = f"--user-data-dir={self.folder}"
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if mine in words and not any(word.startswith("--type=") for word in words):
                os.kill(int(entry.name), signal.SIGKILL)
        self.close()

    def close(self) -> None:
        with suppress(Error):
            self.context.close()

    def open_app(self) -> None:
        self.page.goto(self.site + APP)
        expect(self.page.locator("#lapangan")).to_be_visible(timeout=PATIENCE_MS)

    def prepare(self, cases: int) -> None:
        """Once with a signal: the app, its worker, the cases and the map around them are on the phone."""
        self.open_app()
        expect(self.page.locator("#lapangan[data-ready]")).to_be_visible(timeout=PATIENCE_MS)
        expect(self.page.locator("[data-list] li")).to_have_count(cases, timeout=PATIENCE_MS)
        self.page.wait_for_function("navigator.serviceWorker.controller !== null")
        self.page.wait_for_load_state("networkidle")

    def opened(self, case: str) -> tuple[float, float]:
        """ms from the tap until form and map are painted; the app was only just opened, the processor is
        slowed."""
        slow = self.context.new_cdp_session(self.page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        self.open_app()
        self.page.locator(f'[data-list] a[href="#{case}"]').wait_for()
        form, whole = self.page.evaluate(OPEN, case)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        slow.detach()
        return form, whole

    def record(self, case: str, at: tuple[float, float], pictures: Sequence[Path]) -> None:
        """A whole report, up to "finished"."""
        page = self.page
        self.context.set_geolocation({"longitude": at[0], "latitude": at[1], "accuracy": ACCURACY})
        self.open_app()
        page.locator(f'[data-list] a[href="#{case}"]').click()
        page.locator("[data-measure]").click()
        expect(page.locator("[data-position]")).to_contain_text(f"{ACCURACY} m", timeout=PATIENCE_MS)
        for group in page.locator("[data-checklist] fieldset").all():
            group.locator("input[value=yes]").check()
        page.locator("[data-gallery]").set_input_files(list(pictures))
        expect(page.locator("[data-photos] li")).to_have_count(len(pictures), timeout=PATIENCE_MS)
        page.locator("input[data-field=verdict][value=fits]").check()
        page.locator("[data-field=signer_name]").fill("Ibu Contoh")
        page.locator("[data-pen]").scroll_into_view_if_needed()
        box = page.locator("[data-pen]").bounding_box()
        if box is None:
            raise checks.Wrong("there is nothing to sign on")
        page.mouse.move(box["x"] + 30, box["y"] + 30)
        page.mouse.down()
        page.mouse.move(box["x"] + 150, box["y"] + 60, steps=4)
        page.mouse.up()
        page.locator("[data-done]").click()
        expect(page.locator("[data-home]")).to_be_visible(timeout=PATIENCE_MS)

    def left(self) -> tuple[int, int, int]:
        drafts, photographs, confirmed = self.page.evaluate(LEFT)
        return drafts, photographs, confirmed

    def confirmed(self, cases: int, seconds: float) -> None:
        """Waits until the phone holds nothing any more, since the office confirmed all."""
        until = time.monotonic() + seconds
        while self.left() != (0, 0, cases):
            if time.monotonic() > until:
                notes: Any = self.page.locator("#lapangan").inner_text()
                raise checks.Wrong(f"after {seconds:.0f} s the phone holds {self.left()}; it says: {notes}")
            self.page.wait_for_timeout(200)
