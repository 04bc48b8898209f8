"""People of every kind, and something of every kind in every status: what the table is asked about.

Everything that has an owner is the owner's, or of the partner's business; the stranger has nothing here.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from companies import claims
from companies.models import ClaimKind, Company, Membership
from geoportal.accounts.models import User
from geoportal.accounts.roles import Role
from geoportal.ids import new_id
from permits import (
    applications,
    complaints,
    corrections,
    decisions,
    delivery,
    issuing,
    sightings,
    signatures,
    steps,
    survey,
    uploads,
    visits,
    workflow,
)
from permits.applications import Consent
from permits.letters import store
from permits.letters.content import Kind
from permits.models import (
    Act,
    Application,
    ApplicationDocument,
    Concerns,
    Decision,
    Inspection,
    Issuing,
    IssuingState,
    Permit,
    PermitType,
    Purpose,
    Topic,
    VisitReport,
    Way,
)
from tests import factories
from tests.conftest import sign_in
from tests.permits.uploading.files import picture

STAFF = ("front_office", "official", "back_office", "inspector", "other_inspector", "head", "administrator")


@dataclass
class Thing:
    """What an address can name. `owners`: who stands in the place of "owner" and "partner" for it."""

    status: str
    values: dict[str, Any] = field(default_factory=dict)
    owners: frozenset[str] = frozenset({"owner", "partner"})


@dataclass
class World:
    people: dict[str, User]
    clients: dict[str, Client]
    things: dict[str, list[Thing]]


def _people() -> dict[str, User]:
    head = factories.staff(Role.HEAD)
    every = list(Role)
    people = {
        "owner": factories.applicant(),
        "partner": factories.applicant(),
        "stranger": factories.applicant(),
        "front_office": factories.staff(Role.FRONT_OFFICE),
        "official": factories.staff(Role.OFFICIAL),
        "back_office": factories.staff(Role.BACK_OFFICE),
        "inspector": factories.staff(Role.INSPECTOR),
        "other_inspector": factories.staff(Role.INSPECTOR),
        "head": head,
        "administrator": factories.staff(Role.ADMINISTRATOR),
        "superuser": factories.staff(),
        "unproven": factories.staff(*every),
        "disabled": factories.staff(*every),
    }
    User.objects.filter(pk=people["superuser"].pk).update(is_superuser=True, is_staff=True)
    return people


def _clients(people: dict[str, User]) -> dict[str, Client]:
    clients = {"nobody": Client()}
    for name, user in people.items():
        clients[name] = Client(raise_request_exception=False)
        sign_in(clients[name], User.objects.get(pk=user.pk), second_factor=name != "unproven")
    User.objects.filter(pk=people["disabled"].pk).update(is_active=False)  # while signed in
    return clients


class Applications:
    """One in every status, walked there by the people whose moves these are."""

    def __init__(self, people: dict[str, User]) -> None:
        self.people = people
        self.business = factories.company("Contoh Bersama")
        Membership.objects.create(user=people["partner"], company=self.business)
        self.plain = factories.version(factories.permit_type("UJI-BIASA")).type
        self.visited = self._kind("UJI-CEK", needs_inspection=True, inspection={"inspectors": 1})
        self.priced = self._kind(
            "UJI-BIAYA",
            questions=[{"key": "luas", "label": "Luas", "kind": "number", "required": True}],
            fee="max(100000, luas * 25000)",
        )

    @staticmethod
    def _kind(code: str, **definition: Any) -> PermitType:
        return factories.version(factories.permit_type(code), **definition).type

    def draft(self, kind: PermitType, *, walk_in: bool = False) -> Application:
        filer = self.people["front_office" if walk_in else "owner"]
        made = applications.begin(kind, Purpose.NEW, by=filer, consent=Consent(True) if walk_in else None)
        values = {"applicant_name": "Pemohon Uji", "holder_name": "Contoh Baru", "holder_form": "pt"}
        if not walk_in:
            values |= {"company": self.business}  # type: ignore[dict-item]
        Application.objects.filter(pk=made.pk).update(**values)
        made.refresh_from_db()
        applications.save_places(
            made, [applications.Place(address="Jalan Uji No. 1", point=factories.HERE)], by=filer
        )
        if kind == self.priced:
            made.set_answers({"luas": 10}, frozenset())
            made.save(update_fields=["answers"])
        return made

    def sent(self, kind: PermitType, *moves: str, walk_in: bool = False) -> Application:
        made = self.draft(kind, walk_in=walk_in)
        filer = self.people["front_office" if walk_in else "owner"]
        applications.submit(made, key=new_id(applications.KEY_LENGTH), by=filer)
        return self.walk(made, *moves)

    def walk(self, made: Application, *moves: str) -> Application:
        for name in moves:
            actor = workflow.MOVES[name].actor.value
            by = None if actor == "system" else self.people["owner" if actor == "applicant" else actor]
            if name == "return":
                assert by is not None
                corrections.collect(made, concerns=Concerns.OTHER, key="", text="Mohon diperiksa.", by=by)
            workflow.apply(made, name, by=by, data={"note": "Uji", "second_factor": True, "report": None})
        return made

    def every(self) -> dict[str, Application]:
        drafted = ("accept", "verify", "draft_permit", "submit_draft")
        refusing = ("accept", "verify", "draft_refusal")
        refused = self.sent(self.plain, *refusing)
        applications.write_draft(
            refused, conditions=[], copies_to=[], reasons="Uji", by=self.people["back_office"]
        )
        found = {
            "draft": self.draft(self.plain),
            "submitted": self.sent(self.plain),
            "returned": self.sent(self.plain, "return"),
            "accepted": self.sent(self.plain, "accept"),
            "processing": self.sent(self.plain, "accept", "verify"),
            "inspection": self.sent(self.visited, "accept", "verify", "order_inspection"),
            "drafting": self.sent(self.plain, "accept", "verify", "draft_permit"),
            "review": self.sent(self.plain, *drafted),
            "payment": self.sent(self.priced, *drafted, "bill"),
            "signing": self.sent(self.plain, *drafted, "approve"),
            "issuing": self.sent(self.plain, *drafted, "approve", "sign"),
            "issued": self.sent(self.plain, *drafted, "approve", "sign"),
            "refused": self.walk(
                refused, "submit_draft", "approve_refusal", "sign_refusal", "finish_refusal"
            ),
            "withdrawn": self.sent(self.plain, "withdraw"),
        }
        issuing.issue(found["issued"], number="UJI/IZIN/1", on=timezone.localdate())
        for status in ("issued", "refused"):
            made = found[status]
            made.refresh_from_db()
            _letter(made)
            report = Inspection.objects.create(
                application=made, verdict="fits", visited_on=timezone.localdate(), by=self.people["inspector"]
            )
            pdf = store.put(b"%PDF-uji-ba-" + made.public_id.encode())
            minutes = factories.letter(_permit(made), kind=Kind.REPORT, file=pdf)
            Inspection.objects.filter(pk=report.pk).update(letter=minutes)
        delivery.choose(
            found["issued"],
            way=Way.POST,
            recipient="Pemohon Uji",
            address="Jalan Uji No. 7\nKota Uji 99999",
            by=self.people["owner"],
        )
        return found


def _permit(made: Application) -> Permit:
    return made.permit or factories.permit()


def _letter(made: Application) -> None:
    """As if it were signed: who may have it does not hang on what stands in it."""
    pdf = store.put(b"%PDF-uji-" + made.public_id.encode())
    letter = factories.letter(_permit(made), kind=Kind.PERMIT, file=pdf)
    Issuing.objects.create(
        subject=signatures.subject(made),
        kind=Kind.PERMIT,
        number=f"UJI/{made.pk}",
        state=IssuingState.FINISHED,
        issued_on=timezone.localdate(),
        letter=letter,
        file=pdf,
        sha256=bytes(32),
        seal_hash=letter.seal_hash,
    )


def _application(made: Application) -> Thing:
    report = made.inspections.first()
    values = {
        "public_id": made.public_id,
        "slug": steps.steps(made)[0].slug,
        "pk": report.pk if report else 0,
    }
    return Thing(made.status, values)


def _permits(business: Company) -> dict[str, Permit]:
    today = timezone.localdate()
    past, soon = today - timedelta(days=9), today + timedelta(days=9)
    next_one = factories.permit(business)
    return {
        "in_force": next_one,
        "ending": factories.permit(business, valid_until=soon),
        "expired": factories.permit(business, valid_until=past),
        "suspended": factories.permit(business, suspended_on=past),
        "revoked": factories.permit(business, revoked_on=past),
        "replaced": factories.permit(business, replaced_by=next_one),
    }


def _decisions(people: dict[str, User], business: Company) -> list[Thing]:
    """Of a suspension: drafted, verified, dropped; and one in effect with its letter."""

    def drafted() -> Decision:
        return decisions.draft(
            factories.permit(business), Act.SUSPEND, reason="Uji", legal_basis="Uji", by=people["back_office"]
        )

    verified, dropped = drafted(), drafted()
    decisions.verify(verified, by=people["official"], seen=decisions.version(verified))
    decisions.send_back(dropped, note="Uji", by=people["official"], drop=True)
    return [Thing(one.state, {"pk": one.pk}) for one in (drafted(), verified, dropped)]


def _visits(people: dict[str, User], every: Applications) -> list[Thing]:
    def ordered() -> Any:
        return every.sent(every.visited, "accept", "verify", "order_inspection").visits.get()

    def planned() -> Any:
        visit = ordered()
        team = [people["inspector"].pk]
        visits.plan([visit.public_id], day=timezone.localdate(), team=team, by=people["back_office"])
        visit.refresh_from_db()
        return visit

    cancelled = planned()
    workflow.apply(cancelled.application, "cancel_inspection", by=people["back_office"], data={"note": "Uji"})
    cancelled.refresh_from_db()
    every_state = (ordered(), planned(), cancelled)
    return [Thing(one.state, {"public_id": one.public_id, "key": uuid4()}) for one in every_state]


def _minutes(people: dict[str, User], every: Applications) -> list[Thing]:
    """Of a visit whose report counts."""
    made = every.sent(every.visited, "accept", "verify", "order_inspection")
    now = timezone.now()
    pdf = store.put(b"%PDF-uji-laporan")
    report = VisitReport.objects.create(
        visit=made.visits.get(), key=uuid4(), by=people["inspector"], recorded_at=now, verdict="fits",
        number="BA/UJI/1", pdf=pdf, sha256=pdf[-68:-4],
    )  # fmt: skip
    return [Thing("counts", {"key": report.key})]


def _uploads(people: dict[str, User], every: dict[str, Application]) -> list[Thing]:
    """A scan with an application, by where that stands: desks see it from when the case came to them."""
    found = []
    for status in ("draft", "submitted", "accepted", "processing", "signing"):
        upload = uploads.receive(ContentFile(picture()), by=people["owner"], name="ktp.jpg")
        ApplicationDocument.objects.create(application=every[status], key="ktp", upload=upload)
        found.append(Thing(status, {"public_id": upload.public_id, "n": 1}))
    return found


def _sightings(people: dict[str, User]) -> list[Thing]:
    def told() -> Any:
        words = sightings.Words(text="Toko uji", point=factories.HERE)
        return sightings.report(words, key=new_id(26))

    sent_to, dismissed, new = told(), told(), told()
    sightings.order_visit(sent_to, to=people["inspector"], errand="Uji", by=people["official"])
    sightings.dismiss(dismissed, "Uji", by=people["official"])
    for one in (sent_to, dismissed):
        one.refresh_from_db()
    return [Thing(one.state, {"public_id": one.public_id}) for one in (new, sent_to, dismissed)]


def build() -> World:
    factories.village()
    people = _people()
    made = Applications(people)
    every = made.every()
    permits = _permits(made.business)
    complaint, _pin = complaints.complain(
        complaints.Words(topic=Topic.DELAY, text="Uji", about=str(every["submitted"])),
        key=new_id(26),
        by=None,
    )
    claim = claims.submit(company_id=made.business.pk, kind=ClaimKind.ERROR, message="Uji", by=None)
    act_letter = factories.letter(permits["suspended"], file=store.put(b"%PDF-uji-putusan"))
    walk_ins = [made.draft(made.plain, walk_in=True), made.sent(made.plain, walk_in=True)]
    things = {
        "": [Thing("")],
        "application": [_application(one) for one in every.values()]
        + [
            Thing(one.status, _application(one).values, owners=frozenset({"front_office"}))
            for one in walk_ins
        ],
        "permit": [Thing(status, {"public_id": one.public_id}) for status, one in permits.items()],
        "decision": _decisions(people, made.business),
        "decision_letter": [Thing("", {"pk": act_letter.pk}, owners=frozenset({"partner"}))],
        "visit": _visits(people, made),
        "minutes": _minutes(people, made),
        "complaint": [Thing(complaint.state, {"public_id": complaint.public_id})],
        "sighting": _sightings(people),
        "claim": [Thing("", {"reference": claim.reference, "n": 1})],
        "business": [Thing("", {"slug": made.business.slug}, owners=frozenset({"partner"}))],
        "upload": _uploads(people, every),
        "delivery": [Thing("", {"public_id": every["issued"].public_id})],
        "key": [Thing("", {"pk": 1})],
        "public": [
            Thing(
                "",
                {
                    "public_id": permits["in_force"].public_id,
                    "slug": made.business.slug,
                    "code": "UJI-BIASA",
                    "typed": permits["in_force"].public_id,
                    "seal_id": "X" * 26,
                    "target": "lama",
                    "unknown": "x",
                    "fingerprint": "x",
                    "token": survey.token(every["issued"]),
                    "signed": "x",
                    "key": "x",
                    "uidb36": "x",
                    "n": 1,
                    "z": 12,
                    "x": 3296,
                    "y": 2126,
                },
            )
        ],
    }
    return World(people, _clients(people), things)
