"""A day in the field without a signal, the phone killed while it sends; what the field app weighs."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import system
from base import LOCAL, say
from PIL import Image, ImageChops
from PIL.TiffImagePlugin import IFDRational
from playwright.sync_api import Request, sync_playwright

from bench import checks, cities, machine, servers
from bench.cities import City
from bench.phone import APP, SLOWER, Phone
from bench.results import Result
from bench.sections import Bench, Skipped
from bench.sections.page import KINDS
from bench.stats import median, significant

NAME = f"{cities.PREFIX}field"
FOLDER = LOCAL / "bench" / "field"
MOST_SECONDS = 600.0
PIXELS, NOISE, QUALITY = (4000, 3000), 18, 80  # about 4 MB, as phones take them
OPENINGS = 5
MOST_KB, MOST_MS = 250, 1000
WORKER = "what the worker fetches besides, to work without a signal"


@dataclass(frozen=True)
class Plan:
    """`kills`: when so many photographs have arrived, the phone is killed."""

    cases: int
    photos: int
    kills: tuple[int, ...]
    openings: int


FULL, QUICK = Plan(10, 4, (9, 26), OPENINGS), Plan(1, 1, (1,), 1)


@dataclass
class Case:
    visit: str
    at: tuple[float, float]
    pictures: list[Path]

    @property
    def hashes(self) -> Counter[str]:
        return Counter(_sha256(path) for path in self.pictures)


@dataclass
class Found:
    lost: int = 0
    doubled: int = 0
    differing: int = 0


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _exif(at: tuple[float, float]) -> bytes:
    """Where it was taken, as cameras write it: degrees, minutes and seconds of a hemisphere."""

    def parts(value: float) -> tuple[IFDRational, ...]:
        hundredths = round(abs(value) * 360_000)
        whole, rest = divmod(hundredths, 6000)
        return IFDRational(whole // 60), IFDRational(whole % 60), IFDRational(rest, 100)

    lon, lat = at
    found = Image.Exif()
    found[0x8825] = {1: "N" if lat > 0 else "S", 2: parts(lat), 3: "E" if lon > 0 else "W", 4: parts(lon)}
    found[0x8769] = {0x9003: time.strftime("%Y:%m:%d %H:%M:%S", time.gmtime()), 0x9011: "+00:00"}
    return found.tobytes()


def photographs(visits: list[dict[str, Any]], each: int) -> list[Case]:
    """Noise, since it does not compress; no two alike."""
    noise = Image.effect_noise(PIXELS, NOISE).convert("RGB")
    made = []
    for n, one in enumerate(visits):
        case = Case(one["visit"], (one["at"][0], one["at"][1]), [])
        for m in range(each):
            path = FOLDER / f"foto-{n}-{m}.jpg"
            taken = ImageChops.offset(noise, 97 * n + 13, 61 * m + 7)
            taken.save(path, "JPEG", quality=QUALITY, exif=_exif(case.at))
            case.pictures.append(path)
        made.append(case)
    return made


def first_load(seen: list[Request], result: Result) -> float:
    """KB of all that came over the network until the app was on the phone, the worker's requests too."""
    sizes: dict[str, int] = {}
    asked = 0
    for one in seen:
        answered = one.response()
        if answered is None or answered.from_service_worker:  # its own requests are counted instead
            continue
        asked += 1
        kind = WORKER if one.service_worker else KINDS.get(one.resource_type, "data")
        sizes[kind] = sizes.get(kind, 0) + max(one.sizes()["responseBodySize"], 0)
    total = sum(sizes.values()) / 1000
    table = result.table(
        f"What the first load of {APP} brings over the network, empty cache",
        "what", "KB (1,000 bytes), compressed",
    )  # fmt: skip
    for kind in dict.fromkeys([*KINDS.values(), "data", WORKER]):
        if kind in sizes:
            table.add(kind, f"{sizes[kind] / 1000:.1f}")
    table.add("**all**", f"**{total:.1f}** in {asked} requests (to reach: at most {MOST_KB})")
    return total


def send(phone: Phone, city: City, plan: Plan) -> int:
    """With a signal again; killed amid the upload. How often it was killed while reports still waited."""
    dice = random.Random(1)  # noqa: S311
    killed = 0
    phone.context.set_offline(False)
    for n in plan.kills:
        until = time.monotonic() + MOST_SECONDS
        while city.one("SELECT count(*) FROM permits_visitphoto") < n:
            if time.monotonic() > until:
                raise checks.Wrong(f"after {MOST_SECONDS:.0f} s {n} photographs have not arrived")
            phone.page.wait_for_timeout(50)
        phone.page.wait_for_timeout(dice.random() * 100)
        killed += city.one("SELECT count(*) FROM permits_visitreport") < plan.cases
        phone.kill()
        phone.start()
        phone.open_app()
    phone.confirmed(plan.cases, MOST_SECONDS)
    return killed


def count(city: City, cases: list[Case]) -> Found:
    """What the office has, against the files that were taken."""
    found = Found()
    stored: dict[str, Counter[str]] = {}
    for visit, digest, folder in city.ask(
        "SELECT v.public_id, u.sha256, u.path FROM permits_visitphoto p"
        " JOIN permits_upload u ON u.id = p.upload_id JOIN permits_visit v ON v.id = p.visit_id"
    ):
        file = _sha256(FOLDER / "media" / folder / "original")
        found.differing += file != digest
        stored.setdefault(visit, Counter())[file] += 1
    reports = city.ask(
        "SELECT v.public_id, r.photos FROM permits_visitreport r JOIN permits_visit v ON v.id = r.visit_id"
        " WHERE r.conflict = ''"
    )
    named = {visit: Counter(shot["sha256"] for shot in shots) for visit, shots in reports}
    for case in cases:
        here = stored.get(case.visit, Counter())
        found.lost += (case.hashes - here).total() + (case.visit not in named)
        found.doubled += (here - case.hashes).total()
        found.differing += case.visit in named and named[case.visit] != case.hashes
    found.doubled += city.one("SELECT count(*) FROM permits_visitreport") - len(cases)
    return found


def run(bench: Bench, result: Result) -> None:
    path = system.browser()
    if path is None:
        raise Skipped("there is no Chromium on this machine (apt install chromium, or set CHROMIUM)")
    result.machine["Chromium"] = machine.browser_version()
    plan = QUICK if bench.options.quick else FULL
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(mode=0o700, parents=True)
    os.environ |= {"PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS": "1"}
    base = cities.copy(bench.env, cities.base(bench.env), NAME)
    own = {"MEDIA_ROOT": str(FOLDER / "media")}
    city = City(base.name, base.size, base.env | own)
    try:
        result.machine |= machine.database(city)
        day = cities.ask_inside(city, "field", {"make": plan.cases})
        cases = photographs(day["visits"], plan.photos)
        checks.same("visits of the day", len(cases), plan.cases)
        with servers.site(city) as port, sync_playwright() as playwright:
            site = f"http://localhost:{port}"
            phone = Phone(playwright.chromium, path, site, FOLDER / "phone", day["cookie"])
            try:
                _measure(phone, city, plan, cases, result)
            finally:
                phone.close()
    finally:
        cities.drop(bench.env, NAME)
        shutil.rmtree(FOLDER, ignore_errors=True)


def _measure(phone: Phone, city: City, plan: Plan, cases: list[Case], result: Result) -> None:
    megabytes = sum(path.stat().st_size for case in cases for path in case.pictures) / 1e6
    phone.prepare(plan.cases)
    weight = first_load(phone.seen, result)
    phone.context.set_offline(True)
    opened = [phone.opened(cases[n % len(cases)].visit) for n in range(plan.openings)]
    say(f"   {plan.cases} cases, {megabytes:.0f} MB of photographs, are recorded without a signal")
    for case in cases:
        phone.record(case.visit, case.at, case.pictures)
    checks.same("kept on the phone", phone.left(), (plan.cases, plan.cases * plan.photos, 0))
    checks.same("reports while there is no signal", city.one("SELECT count(*) FROM permits_visitreport"), 0)
    begin = time.monotonic()
    killed = send(phone, city, plan)
    seconds = time.monotonic() - begin
    found = count(city, cases)
    table = result.table(
        "A day recorded without a signal, then sent; the browser killed with kill -9 while it sends",
        "cases", "photographs", "MB", "kills", "lost", "doubled", "differing hashes",
        "seconds until all was confirmed",
    )  # fmt: skip
    table.add(
        plan.cases, plan.cases * plan.photos, f"{megabytes:.0f}", killed, found.lost, found.doubled,
        found.differing, f"{seconds:.0f}",
    )  # fmt: skip
    times = result.table(
        f"ms to open a case without a signal, processor {SLOWER} times slower, {plan.openings} openings",
        "from the tap until painted", "median", "least to most", "to reach",
    )  # fmt: skip
    for name, ms in zip(
        ("its form", "its form and its map with marks"), zip(*opened, strict=True), strict=True
    ):
        spread = f"{significant(min(ms))} to {significant(max(ms))}"
        times.add(name, significant(median(ms)), spread, f"at most {MOST_MS:,}")
    orphans = city.one(
        "SELECT count(*) FROM permits_upload u WHERE NOT EXISTS (SELECT FROM permits_visitphoto p"
        " WHERE p.upload_id = u.id) AND NOT EXISTS (SELECT FROM permits_visitreport r"
        " WHERE r.signature_id = u.id)"
    )
    result.note(
        f"""Killed when {" and ".join(map(str, plan.kills))} of {plan.cases * plan.photos} photographs had
        arrived, and opened again with the same folder. {orphans} stored files belong to no photograph: sent
        again while the first sending was still being looked at. Before each opening of a case the app is
        loaded anew, and the service worker answers for everything; the processor of the page is slowed, the
        worker's is not. Browser and site share the machine."""
    )
    _judge(city, plan, found, killed, phone, result)
    if weight > MOST_KB:
        raise checks.Wrong(f"the field app's first load is {weight:.0f} KB, {MOST_KB} are allowed")


def _judge(city: City, plan: Plan, found: Found, killed: int, phone: Phone, result: Result) -> None:
    checks.same("lost, doubled, differing", (found.lost, found.doubled, found.differing), (0, 0, 0))
    checks.same("kills amid the upload", killed, len(plan.kills))
    reported = city.one("SELECT count(*) FROM permits_event WHERE move = 'report'")
    checks.same("moves of reported cases", reported, plan.cases)
    checks.same("applications with a broken log", city.one("SELECT count(*) FROM permits_broken_logs()"), 0)
    checks.same("errors of the app", phone.complaints, [])
    result.checked(
        f"""each of {plan.cases} reports arrived once and counts; the SHA-256 of each of
        {plan.cases * plan.photos} stored originals is that of the file that was taken, and stands in its
        report; the phone holds nothing any more; no log is broken; the app raised no error"""
    )
