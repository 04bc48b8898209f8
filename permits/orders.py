"""What the moves of an application do to its visits: within the transaction of permits.workflow.apply."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.models import User
from permits.definitions import definition_of
from permits.definitions.parts import VisitRule
from permits.models import Application, Visit, VisitKind, VisitState
from permits.refusals import Refused

#: What is looked at where the type names nothing.
GENERAL: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("place", _("The place is where the application says it is")),
    ("use", _("What is done here is what is applied for")),
    ("building", _("Building and rooms are as described")),
    ("surroundings", _("Neighbours and surroundings are not disturbed")),
)


def checklist_of(rule: VisitRule) -> list[dict[str, str]]:
    items = [(item.key, item.label) for item in rule.checklist] or [(key, str(text)) for key, text in GENERAL]
    return [{"key": key, "label": label} for key, label in items]


def order(
    application: Application, *, reason: str, checklist: Any, by: User, site: int | None = None
) -> Visit:
    """`checklist`: lines of text instead of the type's own; None or empty: the type's own.

    `site`: ordinal of the place to be visited, None for the first. Raises Refused.
    """
    ordinals = list(application.sites.values_list("ordinal", flat=True))
    if site is not None and site not in ordinals:
        raise Refused(str(_("The application has no such place. Choose one of its places.")))
    rule = definition_of(application.version).inspection
    return Visit.objects.create(
        kind=VisitKind.INSPECTION,
        application=application,
        site_ordinal=site or next(iter(ordinals), 1),
        reason=reason.strip()[:500],
        checklist=_written(checklist, checklist_of(rule)),
        team=rule.inspectors,
        far=rule.far,
        ordered_by=by,
    )


def _written(lines: Sequence[str] | None, own: list[dict[str, str]]) -> list[dict[str, str]]:
    """Lines that the type knows keep its key; others get one of their own."""
    texts = list(dict.fromkeys(" ".join(line.split())[:300] for line in lines or [] if line.strip()))[:40]
    known = {item["label"]: item["key"] for item in own}
    made = [{"key": known.get(text, f"own_{n}"), "label": text} for n, text in enumerate(texts)]
    return made or own


def done(application: Application) -> None:
    """Reported, by whichever form."""
    Visit.objects.open().filter(application=application).update(state=VisitState.DONE)


def cancel(application: Application, *, reason: str) -> list[str]:
    rows = list(Visit.objects.open().filter(application=application))
    for row in rows:
        row.state, row.end_reason = VisitState.CANCELLED, reason.strip()[:500]
        row.save(update_fields=["state", "end_reason"])
    return [row.public_id for row in rows]
