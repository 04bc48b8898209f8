"""Letters of the demo city, so that validation can be tried. Their seals are no secret."""

import csv
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from companies.models import LegalForm, Source
from permits.demo.records import Made
from permits.models import Letter, Permit
from permits.seal import demo_seal_id, grouped, issue_letter, seal_hash

LETTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Sample:
    public_id: str
    number: str
    seal: str
    about: str


def issue_letters(permits: Iterable[Made], *, today: date) -> list[Sample]:
    """The first five show what a letter may turn out to be; the others are ordinary. Returns their seals."""
    ours = [made for made in permits if made.source == Source.SAKPORE and made.term.issued <= today]
    plain = [made for made in ours if _holds(made, today)]
    wanted: list[tuple[str, Callable[[Made], bool]]] = [
        ("in force", lambda made: _holds(made, today) and made.holder.form == LegalForm.PRACTITIONER),
        ("signboards", lambda made: _holds(made, today) and len(made.sites) > 1),
        ("expired", lambda made: _ended(made, today) and made.replaced_by is None),
        ("replaced", lambda made: made.replaced_by is not None),
        ("withdrawn", lambda made: made.term.revoked is not None),
    ]
    chosen: list[tuple[str, Made]] = []
    for about, fits in wanted:
        taken = {made.id for _, made in chosen}
        rest = [made for made in ours if made.id not in taken]
        found = next((made for made in rest if fits(made)), rest[0] if rest else None)
        if found is not None:
            chosen.append((about, found))
    taken = {made.id for _, made in chosen}
    others = [made for made in plain if made.id not in taken][: LETTERS - len(chosen)]
    chosen += [("in force", made) for made in others]
    return [_issue(n, about, made, today) for n, (about, made) in enumerate(chosen, start=1)]


def _issue(n: int, about: str, made: Made, today: date) -> Sample:
    seal = demo_seal_id(n)
    issue_letter(Permit.objects.get(pk=made.id), by=None, seal_id=seal, on=made.term.issued)
    if about == "withdrawn":
        letter = Letter.objects.filter(seal_hash=seal_hash(seal))
        letter.update(withdrawn_on=today, withdrawn_reason="Surat contoh yang ditarik kembali")
    return Sample(made.public_id, made.number, grouped(seal), about)


def _holds(made: Made, today: date) -> bool:
    dates = made.term
    free = dates.suspended is None and dates.revoked is None and made.replaced_by is None
    return free and not _ended(made, today)


def _ended(made: Made, today: date) -> bool:
    return made.term.until is not None and made.term.until < today


def write_samples(samples: Iterable[Sample], file: Path) -> None:
    """For bin/serve to print, and for people to try. Readable by its owner only, as everything in .local."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["public_id", "number", "seal", "about"])
        rows.writerows([s.public_id, s.number, s.seal, s.about] for s in samples)
