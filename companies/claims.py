"""Requests about a company's page, "Ini usaha saya" and "Laporkan data keliru": taken here, decided later."""

import re
from contextlib import suppress
from functools import partial
from typing import Any, Literal

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from companies.consent import set_consent
from companies.models import PERSONS, Claim, ClaimKind, LegalForm, Membership
from companies.tasks import tell_office
from geoportal import intake, outbox
from geoportal.accounts.models import User
from geoportal.accounts.rights import holds
from geoportal.accounts.roles import Role
from geoportal.ids import new_id

WITHOUT_NIB = frozenset({LegalForm.PRACTITIONER, LegalForm.GOVERNMENT})


READERS = (Role.FRONT_OFFICE, Role.ADMINISTRATOR)


def may_read(user: User) -> bool:
    """Who may read requests: they hold names, contacts and proofs."""
    return holds(user, READERS)


class Refused(ValueError):
    """A request that cannot be decided; the text says why."""


def submit(
    *,
    company_id: int,
    kind: ClaimKind,
    reference: str = "",
    sender: str = "",
    contact: str = "",
    message: str = "",
    nib: str = "",
    evidence: intake.Opened | None = None,
    wants: dict[str, bool] | None = None,
    by: User | None,
) -> Claim:
    """Records a request, once: the same `reference` again returns the request that it made.

    `by` is None for somebody without an account. The office is told by e-mail where it has an address.
    """
    reference = reference or new_id()
    folder = f"claims/{new_id()}" if evidence else ""
    if evidence:
        intake.keep(evidence, folder)
    try:
        with transaction.atomic():
            claim = Claim.objects.create(
                reference=reference,
                company_id=company_id,
                kind=kind,
                sender=sender,
                contact=contact,
                message=message,
                nib=nib,
                wants=wants or {},
                account=by,
                proof=folder,
                proof_sha256=evidence.sha256 if evidence else "",
                proof_kind=evidence.kind if evidence else "",
                proof_pages=len(evidence.pages) if evidence else 0,
            )
            if settings.OFFICE_EMAIL:
                transaction.on_commit(partial(tell_office.enqueue, claim.pk))
    except IntegrityError:
        if evidence:
            intake.drop(folder, len(evidence.pages))
        earlier = Claim.objects.filter(reference=reference, company_id=company_id, kind=kind).first()
        if earlier is None:
            raise
        return earlier
    return claim


def decide(claim: Claim, *, by: User, decision: str, accepted: bool = False) -> None:
    """Closes a request, tells its sender, and does what an accepted claim asks for.

    The sender's account becomes a member, and the consent that the claim asked for is given, both in one
    transaction with the decision. Corrections are done at the company.
    """
    if not decision.strip():
        raise Refused(_("Write down what was decided."))
    with transaction.atomic():
        fresh = Claim.objects.select_for_update().get(pk=claim.pk)
        if fresh.decided_at:
            raise Refused(_("This request was decided before."))
        fresh.decided_at, fresh.decided_by, fresh.decision = timezone.now(), by, decision.strip()
        fresh.accepted = accepted
        fresh.save(update_fields=["decided_at", "decided_by", "decision", "accepted"])
        if accepted and fresh.kind == ClaimKind.OWNERSHIP:
            _hand_over(fresh, by=by)
        _tell_sender(fresh)


def _hand_over(claim: Claim, *, by: User) -> None:
    if claim.account:
        Membership.objects.get_or_create(company=claim.company, user=claim.account, defaults={"by": by})
    kinds: tuple[Literal["location", "contact"], ...] = ("location", "contact")
    for what in kinds:
        if claim.wants.get(what) and not getattr(claim.company, f"consent_{what}"):
            set_consent(claim.company, what=what, given=True, basis=claim.reference, by=by)


def _tell_sender(claim: Claim) -> None:
    """By the contact they left; where that reaches nobody the desk telephones, as it did before."""
    mail, phone = outbox.mail_or_phone(claim.contact)
    with translation.override(settings.LANGUAGE_CODE), suppress(outbox.BadMessage):
        outbox.send(
            email=mail,
            phone=phone,
            kind="claim",
            subject=gettext("Your request %(reference)s was decided") % {"reference": claim.reference},
            body=f"{claim.company.name}\n\n{claim.decision}\n\n{settings.OFFICE_NAME}",
            key=f"claim.{claim.pk}.decided",
        )


def contact_is_usable(text: str) -> bool:
    """An e-mail address, or a telephone number of at least eight digits."""
    if "@" in text:
        try:
            validate_email(text)
        except ValidationError:
            return False
        return True
    return bool(re.fullmatch(r"\+?[\d\s().-]{8,25}", text)) and 8 <= sum(map(str.isdigit, text)) <= 15


class RequestForm(forms.Form):
    """What both requests ask. `surname` is a trap: people do not see it, programs fill it in."""

    sender = forms.CharField(label=_("Your name"), max_length=100)
    contact = forms.CharField(
        label=_("Your telephone number or e-mail address"),
        help_text=_("For questions about this request. It is stored encrypted and shown to nobody else."),
        max_length=100,
    )
    surname = forms.CharField(required=False, max_length=100)
    token = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    use_required_attribute = False  # our own list of errors says more than the browser's bubble

    def clean_contact(self) -> str:
        contact = str(self.cleaned_data["contact"]).strip()
        if contact and not contact_is_usable(contact):
            raise ValidationError(
                _("This is neither a telephone number nor an e-mail address. An example: 0812 3456 7890")
            )
        return contact

    @property
    def is_trapped(self) -> bool:
        return bool(self.data.get("surname"))


class OwnershipForm(RequestForm):
    nib = forms.CharField(
        label=_("NIB"),
        help_text=_("13 digits, as they stand in your NIB document from OSS."),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    evidence = intake.SentFile(
        label=_("Proof that it is yours"),
        help_text=_("NIB document, permit letter or deed: PDF, JPEG, PNG or HEIC, at most 5 MB."),
    )
    wants_location = forms.BooleanField(
        label=_("Show my exact address and place on the map, so that customers find me"), required=False
    )
    wants_contact = forms.BooleanField(
        label=_("Show telephone number and e-mail of the business"), required=False
    )
    message = forms.CharField(
        label=_("What should be corrected or added?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    honest = forms.BooleanField(label=_("I am the owner, or I act for the owner, and what I write is true"))

    field_order = [
        "nib",
        "evidence",
        "sender",
        "contact",
        "wants_location",
        "wants_contact",
        "message",
        "honest",
    ]

    def __init__(self, *args: Any, legal_form: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if legal_form not in PERSONS:
            del self.fields["wants_location"]  # a company's place is public anyway
        if legal_form in WITHOUT_NIB:
            self.fields["nib"].required = False

    def clean_nib(self) -> str:
        digits = re.sub(r"[\s.-]", "", self.cleaned_data["nib"])
        if digits and not re.fullmatch(r"[0-9]{13}", digits):
            raise ValidationError(_("A NIB has 13 digits; this has %(n)d characters.") % {"n": len(digits)})
        return digits

    def send(self, *, company_id: int, reference: str, by: User | None) -> Claim:
        """Raises intake.NotTaken where the proof is none."""
        data = self.cleaned_data
        file = data["evidence"]
        with intake.opened(file, name=file.name or "", allowed=intake.PROOF) as evidence:
            return submit(
                company_id=company_id,
                kind=ClaimKind.OWNERSHIP,
                reference=reference,
                sender=data["sender"],
                contact=data["contact"],
                message=data["message"],
                nib=data["nib"],
                evidence=evidence,
                wants={"location": data.get("wants_location", False), "contact": data["wants_contact"]},
                by=by,
            )


class ErrorForm(RequestForm):
    TOPICS = [
        ("place", _("The place on the map or the address")),
        ("name", _("The name or the legal form")),
        ("goods", _("The goods and services")),
        ("closed", _("The business has closed or moved away")),
        ("permit", _("A permit or its status")),
        ("other", _("Something else")),
    ]
    topic = forms.ChoiceField(label=_("What is wrong?"), choices=TOPICS, widget=forms.RadioSelect)
    message = forms.CharField(
        label=_("What would be right?"),
        help_text=_("And how you know it, so that the office can check."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    field_order = ["topic", "message", "sender", "contact"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sender"].required = self.fields["contact"].required = False

    def send(self, *, company_id: int, reference: str, by: User | None) -> Claim:
        data = self.cleaned_data
        topic = dict(self.TOPICS)[data["topic"]]
        return submit(
            company_id=company_id,
            kind=ClaimKind.ERROR,
            reference=reference,
            sender=data["sender"],
            contact=data["contact"],
            message=f"{topic}\n\n{data['message']}",
            by=by,
        )
