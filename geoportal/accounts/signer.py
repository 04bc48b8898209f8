"""Who signs letters on a day: the head of office, or whoever a decree puts in the head's place."""

from dataclasses import dataclass
from datetime import date

from geoportal.accounts.models import Substitution, User
from geoportal.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class Signer:
    """As it is printed under a letter. `acting` is "", "Plt." or "Plh."; `decree` its number."""

    name: str
    title: str
    rank: str = ""
    nip: str = ""
    acting: str = ""
    decree: str = ""


def may_sign(user: User, day: date) -> bool:
    """While a substitution is in force only the substitute signs."""
    if not user.is_active:
        return False
    instead = Substitution.objects.in_force(day).first()
    return instead.user_id == user.pk if instead else user.has_role(Role.HEAD)


def signer_on(day: date) -> Signer | None:
    """None where the office has no head and no decree says who signs instead, or who does may not sign in."""
    instead = Substitution.objects.in_force(day).select_related("user").first()
    head = User.objects.filter(roles__contains=[Role.HEAD], is_active=True).order_by("pk").first()
    if instead is None:
        return _printed(head, head.title) if head else None
    if not instead.user.is_active:
        return None
    # the post is printed, not the substitute's own one
    title = head.title if head and head.title else str(Role.HEAD.label)
    return _printed(instead.user, title, instead.acting, instead.decree)


def _printed(user: User, title: str, acting: str = "", decree: str = "") -> Signer:
    return Signer(
        name=user.called,
        rank=user.rank,
        nip=user.nip,
        title=title or str(Role.HEAD.label),
        acting=acting,
        decree=decree,
    )
