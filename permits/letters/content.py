"""What a letter says: plain data, ready for a template. Nothing here is markup."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.signer import Signer


class Kind(TextChoices):
    """The letters that this office writes."""

    PERMIT = "permit", _("Permit letter")
    REFUSAL = "refusal", _("Letter of refusal")
    SUSPENSION = "suspension", _("Letter of suspension")
    REVOCATION = "revocation", _("Letter of revocation")
    REINSTATED = "reinstated", _("Letter of reinstatement")
    RECEIPT = "receipt", _("Receipt")
    BILL = "bill", _("Bill")
    REPORT = "report", _("Report of a site visit")
    COVER = "cover", _("Covering letter")
    LABEL = "label", _("Address label")
    MANIFEST = "manifest", _("List of a batch for the post")
    ASSIGNMENT = "assignment", _("Assignment of inspectors")

    @property
    def template(self) -> str:
        return "decision" if self in DECISIONS else self.value


#: About a permit that was issued before.
DECISIONS: Final = frozenset({Kind.SUSPENSION, Kind.REVOCATION, Kind.REINSTATED})


@dataclass(frozen=True)
class Letterhead:
    government: str
    office: str
    address: str
    contact: str


def letterhead() -> Letterhead:
    """Of the office that settings name."""
    contact = " · ".join(part for part in (settings.OFFICE_PHONE, settings.OFFICE_EMAIL) if part)
    return Letterhead(
        f"Pemerintah {settings.OFFICE_CITY}", settings.OFFICE_NAME, settings.OFFICE_ADDRESS, contact
    )


@dataclass(frozen=True)
class Field:
    """`personal`: blacked out wherever it appears in the public rendition."""

    label: str
    value: str
    personal: bool = False
    label_en: str = ""


@dataclass(frozen=True)
class Words:
    """The running text, in one language."""

    title: str
    paragraphs: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    closing: str = ""


@dataclass(frozen=True)
class Hand:
    """A signature beneath a report; `file` names a picture of it, "" where there is none."""

    role: str
    name: str
    file: str = ""


@dataclass(frozen=True)
class Photo:
    file: str
    caption: str


@dataclass(frozen=True)
class Content:
    """`day` and the like are texts already. `sketch_svg` is ours (permits.letters.sketch), never an upload's.

    `number` empty: not given yet. `english` makes the letter bilingual. `rows` is the table of a manifest,
    its first row the heads; `amount` and `amount_words` belong to a bill, `pin` to a receipt, `photos` and
    `hands` to a report: their files come with permits.letters.render.render.
    """

    letterhead: Letterhead
    text: Words
    number: str = ""
    about: str = ""
    place_and_day: str = ""
    holder: str = ""
    holder_personal: bool = False
    address: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    english: Words | None = None
    copies_to: tuple[str, ...] = ()
    signer: Signer | None = None
    seal_url: str | None = None
    seal_code: str = ""
    sketch_svg: str | None = None
    sketch_caption: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    amount: str = ""
    amount_words: str = ""
    pin: str = ""
    photos: tuple[Photo, ...] = ()
    hands: tuple[Hand, ...] = ()
    public: bool = False

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    def numbered(self, number: str) -> "Content":
        """With its number, also where the text says {number}."""
        quoted = json.dumps(number, ensure_ascii=False)[1:-1]
        return replace(Content.load(self.dump().replace("{number}", quoted)), number=number)

    @classmethod
    def load(cls, text: str) -> "Content":
        """What `dump` wrote."""
        data: dict[str, Any] = json.loads(text)
        for key in ("address", "copies_to"):
            data[key] = tuple(data[key])
        return cls(
            **data
            | {
                "letterhead": Letterhead(**data["letterhead"]),
                "text": _words(data["text"]),
                "english": _words(data["english"]) if data["english"] else None,
                "fields": tuple(Field(**one) for one in data["fields"]),
                "signer": Signer(**data["signer"]) if data["signer"] else None,
                "rows": tuple(tuple(row) for row in data["rows"]),
                "photos": tuple(Photo(**one) for one in data.get("photos", ())),
                "hands": tuple(Hand(**one) for one in data.get("hands", ())),
            }
        )


def _words(data: dict[str, Any]) -> Words:
    lists = {key: tuple(data[key]) for key in ("paragraphs", "conditions")}
    return Words(**data | lists)
