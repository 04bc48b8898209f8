"""Visits as a calendar file (RFC 5545): one whole-day entry a visit, so that a change replaces its own."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from permits.models import Visit
from permits.visits import holder_of, number_of, site_of, type_of

LONGEST = 75  # octets of a line


def ics(visits: Iterable[Visit], *, now: datetime) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//SAKPORE//ID", "METHOD:PUBLISH"]
    for visit in visits:
        if visit.day is None:
            continue
        site = site_of(visit)
        lines += [
            "BEGIN:VEVENT",
            f"UID:{visit.public_id}@{settings.SITE_URL.partition('://')[2] or 'sakpore'}",
            f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}",
            f"DTSTART;VALUE=DATE:{visit.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{visit.day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(f'Cek lokasi {visit.turn}: {holder_of(visit)}')}",
            f"DESCRIPTION:{_text(f'{type_of(visit).name}, {number_of(visit)}')}",
            f"LOCATION:{_text(', '.join(part for part in (site.address, site.village) if part))}",
            *([f"GEO:{site.point.y:.6f};{site.point.x:.6f}"] if site.point else []),
            "END:VEVENT",
        ]
    return "\r\n".join(_folded(line) for line in [*lines, "END:VCALENDAR"]) + "\r\n"


def _text(value: str) -> str:
    plain = " ".join(value.split())
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """At most 75 octets a line; a character is never cut."""
    parts: list[str] = []
    part = ""
    for character in line:
        if len((part + character).encode()) > LONGEST - bool(parts):
            parts.append(part)
            part = ""
        part += character
    return "\r\n ".join([*parts, part])
