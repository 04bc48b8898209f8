"""Staff accounts are made by an administrator; the person gets a link that works once and for some days."""

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from geoportal import outbox
from geoportal.accounts.models import User
from geoportal.fields import blind_index
from geoportal.ids import new_id

_SIGNER = signing.TimestampSigner(salt="accounts.invitation")


def link_for(user: User, *, site: str) -> str:
    """Good until a password is set, a newer one included, or INVITATION_DAYS are over."""
    return site.rstrip("/") + reverse("invitation", args=[_SIGNER.sign(f"{user.pk}-{_state(user)}")])


def invite(user: User, *, site: str, by: User | None) -> str:
    """Writes the invitation into the outbox and returns its link."""
    link = link_for(user, site=site)
    body = _(
        "Hello %(name)s,\n\n%(office)s has made an account for you at SAKPORE. Choose your password here:\n\n"
        "%(link)s\n\nThe link works once, for %(days)d days. At your first sign-in you connect a second "
        "factor, an authenticator app or a security key.\n\nInvited by: %(by)s"
    )
    words = {
        "name": user.called,
        "office": settings.OFFICE_NAME,
        "link": link,
        "days": settings.INVITATION_DAYS,
        "by": by.called if by else settings.OFFICE_NAME,
    }
    outbox.send(
        to_user=user,
        kind="invitation",
        subject=_("SAKPORE: your staff account"),
        body=body % words,
        key=f"invitation.{user.pk}.{new_id()}",
    )
    return link


def invited(signed: str) -> User | None:
    """Whom a link is for; None where it has ended, was used or is not ours."""
    try:
        value = _SIGNER.unsign(signed, max_age=settings.INVITATION_DAYS * 86_400)
        pk, state = value.split("-", 1)
        user = User.objects.filter(pk=int(pk), is_active=True).first()
    except (signing.BadSignature, ValueError):
        return None
    return user if user and state == _state(user) else None


def _state(user: User) -> str:
    return (blind_index(f"{user.password} {user.email}", "invitation") or b"").hex()
