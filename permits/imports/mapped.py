"""Rows of any file, made by its mapping.

Nothing that is told about a row quotes it, except words that recur in the file: those are no names.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from companies.models import Kbli, LegalForm
from geoportal.geography.quality import Quality
from geoportal.reporting import Problem, Report
from permits.imports.legal_forms import form_of_name, read_legal_form
from permits.imports.lookups import TypeFacts, commodities_by_word, types_by_word
from permits.imports.mapping import ANYTHING_ELSE, DATES, QUALITIES, FileMapping, near
from permits.imports.oss import KBLI_EDITION, read_risk
from permits.imports.places import Coordinates, Reading, Villages
from permits.imports.row import Holder, Row, Site, Unusable, holder_key, short_ref
from permits.imports.table import Line, Table
from permits.imports.values import read_date, read_date_as, read_email, read_nib, read_phone, tidy, word_key
from permits.models import Purpose, Risk

WORDS_TOLD: Final = 15
RECURS: Final = 2  # a word must occur so often before it is told
NUMBERS: Final = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
SEPARATORS: Final = re.compile(r"[;,|/\n]")


@dataclass
class MappedRows:
    """`given`: the fields that the mapping fills. `count` is told what was noticed about a row."""

    mapping: FileMapping
    table: Table
    coordinates: Coordinates
    count: Callable[[str], None]
    mapping_name: str
    villages: Villages = field(default_factory=Villages)

    def __post_init__(self) -> None:
        self.given = {*self.mapping.columns, *self.mapping.constants}
        self.key_column = " + ".join(self.mapping.columns.get("key") or self.mapping.columns["number"])
        self._unknown: dict[str, Counter[str]] = {"type": Counter(), "commodity": Counter()}
        self._types, self._commodities = types_by_word(), commodities_by_word()
        self._codes = set(Kbli.objects.values_list("code", "edition"))

    def check(self, report: Report) -> None:
        """Every column of the mapping must be in the file. Raises `Refused` after telling which are not."""
        index = self.table.index()
        headings = Counter(map(word_key, self.table.columns))
        named = {f"columns.{name}": names for name, names in self.mapping.columns.items()}
        named |= {f"only.{name}": (name,) for name in self.mapping.only}
        problems: list[Problem] = []
        for place, names in named.items():
            for name in names:
                if headings[word_key(name)] == 1:
                    continue
                if headings[word_key(name)] > 1:
                    reason, remedy = (
                        _("the file has several columns “%s”."),
                        _("Rename them in its first line."),
                    )
                else:
                    reason, remedy = _("the file has no column “%s”."), near(name, self.table.columns)
                problems.append(Problem(self.mapping_name, place, reason % name[:60], remedy))
        report.refuse(problems)
        self._at = {name: [index[word_key(c)] for c in names] for name, names in self.mapping.columns.items()}
        self._only = {index[word_key(column)]: values for column, values in self.mapping.only.items()}

    def ref(self, line: Line) -> str:
        """Permit.source_ref of the row; "" of one without a key, or that [only] leaves out."""
        key = self._key(line)
        return short_ref(f"{self.mapping.dataset}:{key}") if key and self._wanted(line) else ""

    def row(self, line: Line) -> Row | None:
        """None for a row that [only] leaves out. Raises `Unusable`."""
        if not self._wanted(line):
            self.count("left_out")
            return None
        key = self._key(line)
        if not key:
            raise Unusable(
                _("The permit has no number."), self._remedy("key" if "key" in self._at else "number")
            )
        number = self._get(line, "number") or key
        if len(number) > 100:
            raise Unusable(
                _("The number is longer than 100 characters."), self._remedy("number"), key=key[:100]
            )
        name = self._get(line, "company")[:200]
        if not name:
            raise Unusable(_("The holder has no name."), self._remedy("company"), key=key)
        kind, dates, site = self._type(line, key), self._dates(line, key), self._site(line)
        group = self._get(line, "group")
        code, edition = self._kbli(line)
        return Row(
            line=line.number,
            ref=short_ref(f"{self.mapping.dataset}:{key}"),
            number=number,
            type_id=kind.id,
            holder=self._holder(line, name, key, kind, dates),
            site=site,
            purpose=self._purpose(line, key),
            risk=self._risk(line),
            kbli_code=code,
            kbli_edition=edition,
            issued_on=dates["issued_on"],
            valid_from=dates["valid_from"] or dates["issued_on"],
            valid_until=dates["valid_until"],
            suspended_on=dates["suspended_on"],
            revoked_on=dates["revoked_on"],
            chain=f"{group}\x1f{kind.id}" if group else "",
            declared=list(self._declared(line)),
        )

    def told(self) -> Iterator[str]:
        """Values without a meaning, for the next edit of the mapping; if they occur once, their number."""
        for name, found in self._unknown.items():
            recurring = [(word, n) for word, n in found.most_common(WORDS_TOLD) if n >= RECURS]
            for word, number in recurring:
                told = {"field": name, "word": word[:60], "number": number}
                yield _("[translate.%(field)s] lacks “%(word)s” (%(number)d rows)") % told
            if others := len(found) - len(recurring):
                yield _("[translate.%(field)s] lacks %(number)d more values") % {
                    "field": name,
                    "number": others,
                }

    # --- One value

    def _raw(self, line: Line, name: str) -> str:
        text = tidy(" ".join(line.cells[position] for position in self._at.get(name, ())))
        return text or self.mapping.constants.get(name, "")

    def _get(self, line: Line, name: str) -> str:
        """The value of a field, translated where the mapping says so."""
        text, words = self._raw(line, name), self.mapping.translate.get(name)
        if words is None or not text:
            return text
        return words.get(word_key(text), words.get(ANYTHING_ELSE, text))

    def _remedy(self, name: str) -> str:
        columns = " + ".join(self.mapping.columns.get(name, (name,)))
        return _("Correct the column “%s” of this row.") % columns[:80]

    def _wanted(self, line: Line) -> bool:
        return all(word_key(line.cells[position]) in values for position, values in self._only.items())

    def _key(self, line: Line) -> str:
        return self._get(line, "key" if "key" in self._at else "number")

    # --- The permit

    def _type(self, line: Line, key: str) -> TypeFacts:
        value = self._get(line, "type")
        kind = self._types.get(value) or self._types.get(word_key(value))
        if kind is None:
            self._unknown["type"][value] += 1
            reason = _("Its type is not in the catalogue.") if value else _("It has no type.")
            raise Unusable(reason, _("Add the word of the file to [translate.type] of the mapping."), key=key)
        return kind

    def _dates(self, line: Line, key: str) -> dict[str, date | None]:
        found: dict[str, date | None] = {}
        for name in DATES:
            text = self._get(line, name)
            formats = self.mapping.dates
            found[name] = read_date_as(text, formats) if formats else read_date(text)
            if text and found[name] is None:
                reason = _("The date “%s” cannot be read.") % name
                raise Unusable(reason, _("Correct it, or add its format to “dates” of the mapping."), key=key)
        begins = found["valid_from"] or found["issued_on"]
        if begins and found["valid_until"] and found["valid_until"] < begins:
            raise Unusable(_("The permit ends before it begins."), self._remedy("valid_until"), key=key)
        return found

    def _purpose(self, line: Line, key: str) -> Purpose:
        value = self._get(line, "purpose") or Purpose.NEW
        if value not in Purpose.values:
            raise Unusable(_("Its purpose is not known."), _("Add the word to [translate.purpose]."), key=key)
        return Purpose(value)

    def _risk(self, line: Line) -> str:
        value = self._get(line, "risk")
        return value if value in Risk.values else read_risk(value)

    def _kbli(self, line: Line) -> tuple[str, int | None]:
        code = self._get(line, "kbli")
        if not code:
            return "", None
        code = code.zfill(5) if len(code) == 4 else code
        given = self._get(line, "kbli_edition")
        edition = int(given) if given in ("2009", "2015", "2017", "2020", "2025") else KBLI_EDITION
        if (code, edition) not in self._codes:
            self.count("kbli_unknown")
        return (code, edition) if re.fullmatch(r"[0-9]{5}", code) else ("", None)

    def _declared(self, line: Line) -> Iterator[int]:
        whole = self._get(line, "commodity")
        if (pk := self._commodities.get(word_key(whole))) is not None:
            yield pk
            return
        words = self.mapping.translate.get("commodity", {})
        for part in filter(None, map(tidy, SEPARATORS.split(whole))):
            found = self._commodities.get(word_key(words.get(word_key(part), part)))
            if found is None:
                self.count("words_unknown")
                self._unknown["commodity"][part] += 1
            else:
                yield found

    # --- The holder

    def _holder(
        self, line: Line, name: str, key: str, kind: TypeFacts, dates: dict[str, date | None]
    ) -> Holder:
        nib, mended = read_nib(self._get(line, "nib"))
        if mended:
            self.count("nib_mended")
        address = self._get(line, "company_address")[:300] or self._get(line, "address")[:300]
        own = self._get(line, "company_key")
        phone, email = self._get(line, "phone"), self._get(line, "email")
        contacts = read_phone(phone, self.mapping.phone_region), read_email(email)
        if (phone and not contacts[0]) or (email and not contacts[1]):
            self.count("contacts_unreadable")
        website = self._get(line, "website")
        return Holder(
            key=f"id:{self.mapping.dataset}:{own}"
            if own and not nib
            else holder_key(nib, name, address, key),
            name=name,
            legal_form=self._form(line, name, kind),
            nib=nib,
            address=address,
            phone=contacts[0],
            email=contacts[1],
            website=website if re.fullmatch(r"https?://[^\s<>\"']{3,190}", website) else "",
            as_of=dates["issued_on"] or dates["valid_from"],
        )

    def _form(self, line: Line, name: str, kind: TypeFacts) -> LegalForm:
        """What the file says; else how the name begins; else, for a permit to practise, a practitioner."""
        value = self._get(line, "legal_form")
        form = LegalForm(value) if value in LegalForm.values else read_legal_form(value)
        if form == LegalForm.UNKNOWN and not value:
            form = form_of_name(name)
            if form == LegalForm.UNKNOWN and kind.of_practitioners:
                form = LegalForm.PRACTITIONER
        if form == LegalForm.UNKNOWN:
            self.count("type_unknown")
        return form

    # --- The place

    def _site(self, line: Line) -> Site:
        found = self._reading(line)
        if found.mended:
            self.count("mended")
        quality = self._get(line, "quality")
        spot, quality = found.spot, quality if quality in QUALITIES else str(Quality.STREET)
        if found.blank:
            names = (self._get(line, name) for name in ("village", "district", "city"))
            spot, quality = self.villages.label_point(*names), str(Quality.VILLAGE)
            self.count("no_place" if spot is None else "from_village")
        elif spot is None:
            self.count("outside")
        return Site(
            label=self._get(line, "label")[:100],
            address=self._get(line, "address")[:300],
            spot=spot,
            quality=Quality.UNKNOWN if spot is None else Quality(quality),
        )

    def _reading(self, line: Line) -> Reading:
        """x before y, whatever the file's order. A point in one column may be WKT, "(a, b)" or "a b"."""
        if "point" not in self.given:
            return self.coordinates.read(self._get(line, "x"), self._get(line, "y"))
        text = self._get(line, "point")
        pair = NUMBERS.findall(text)
        if not pair:
            return Reading(None, blank=not text)
        if len(pair) < 2:
            return Reading(None)
        lat_first = self.mapping.lat_first and "point" not in text.casefold()
        return self.coordinates.read(pair[lat_first], pair[not lat_first])
