"""Two records of one business become one."""

from datetime import datetime
from typing import Literal

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.translation import gettext as _

from companies.consent import set_consent
from companies.models import Company, ConsentRecord, Membership, Merger
from geoportal.accounts.models import User
from geoportal.accounts.rights import holds
from geoportal.accounts.roles import Role

MERGERS = (Role.FRONT_OFFICE, Role.ADMINISTRATOR)
#: Stay with the duplicate: what was said about it was said about it.
_STAYS = (ConsentRecord, Merger)
_FILLED = ("address", "phone", "email", "website")
_KINDS: tuple[Literal["location", "contact"], ...] = ("location", "contact")


class CannotMerge(ValueError):
    """The two cannot become one; the text says why. Nothing was changed."""


def merge(*, kept: Company, duplicate: Company, by: User, reason: str) -> Merger:
    """All that hangs on `duplicate` moves to `kept`, in one transaction: permits, members, requests,
    applications, whatever points to a company. Its address on the site leads to the one that is kept.

    `kept` takes over only what it lacks. Consent is never taken over; its withdrawal is.
    """
    if not holds(by, MERGERS):
        raise CannotMerge(_("Merging companies is for the front office and administrators."))
    if not reason.strip():
        raise CannotMerge(_("Say why the two are one business: auditors read it."))
    with transaction.atomic():
        pair = Company.objects.select_for_update().order_by("pk").in_bulk([kept.pk, duplicate.pk])
        if len(pair) < 2:
            raise CannotMerge(_("Choose two different companies."))
        one, other = pair[kept.pk], pair[duplicate.pk]
        if Merger.objects.filter(duplicate__in=pair).exists():
            raise CannotMerge(_("One of the two was merged into another company before."))
        if one.nib and other.nib and one.nib != other.nib:
            raise CannotMerge(_("They have different NIBs, so they are two businesses."))
        _take_over(one, other)
        _move(one, other)
        _withdraw(one, other, by)
        made = Merger.objects.create(kept=one, duplicate=other, by=by, reason=reason.strip()[:300])
        LogEntry.objects.log_actions(
            by.pk, [one], CHANGE, change_message=f"merged {other.slug} into it", single_object=True
        )
    kept.refresh_from_db()
    duplicate.refresh_from_db()
    return made


def _take_over(one: Company, other: Company) -> None:
    if other.nib and not one.nib:
        nib, other.nib = other.nib, None
        other.save(update_fields=["nib"])  # a NIB is one company's
        one.nib = nib
    if other.npwp and not one.npwp:
        one.npwp, one.npwp_index = other.npwp, other.npwp_index
    for name in _FILLED:
        if not getattr(one, name):
            setattr(one, name, getattr(other, name))
    if one.point is None:
        one.point, one.quality = other.point, other.quality
    one.save(update_fields=["nib", "npwp", "npwp_index", "point", "quality", *_FILLED])


def _move(one: Company, other: Company) -> None:
    here = Membership.objects.filter(company=one).values("user")
    Membership.objects.filter(company=other, user__in=here).delete()
    for relation in Company._meta.related_objects:
        model = relation.related_model
        if model not in _STAYS and isinstance(relation.field.name, str):
            model._default_manager.filter(**{relation.field.name: other}).update(**{relation.field.name: one})


def _withdraw(one: Company, other: Company, by: User) -> None:
    """Who withdrew consent for the one page meant their business, and that is now the other page."""
    for what in _KINDS:
        said = _last(other, what)
        given = _last(one, what)
        if said and not said[0] and getattr(one, f"consent_{what}") and not (given and given[1] > said[1]):
            set_consent(one, what=what, given=False, basis=_("withdrawn for %s") % other.slug, by=by)


def _last(company: Company, what: str) -> tuple[bool, datetime] | None:
    return (
        ConsentRecord.objects.filter(company=company, what=what)
        .order_by("-at", "-pk")
        .values_list("given", "at")
        .first()
    )
