"""Maps of the desks, drawn by the server from our own geometry: the site of a case, the places of a queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from geoportal.geography import plan
from permits.models import Application, ApplicationSite
from permits.pages.forms import city

SITE = (400, 260)
QUEUE = (960, 600)
_NEAR = 0.01  # degrees: about 1.1 km around a single point, so that borders show
_APART = 34  # units below which two marks of a queue become one


@dataclass(frozen=True)
class Mark:
    """`number`: of the site, or of the row in the list; `more` others stand there too."""

    number: int
    at: plan.At
    application: Application | None = None
    more: int = 0


@dataclass(frozen=True)
class Plan:
    frame: plan.Frame
    villages: list[plan.Outline]
    marks: list[Mark]
    parcels: list[str]
    without: int = 0  # not on it: without a point, or outside the city


def site(sites: Sequence[ApplicationSite]) -> Plan | None:
    """Where an application is about; None where it has neither point nor area. One query."""
    shapes = [one.area or one.point for one in sites if one.area or one.point]
    extent = plan.around([shape for shape in shapes if shape])
    if extent is None:
        return None
    frame = plan.frame(extent, *SITE, margin=0.3, least=_NEAR)
    return Plan(
        frame,
        plan.villages(frame),
        [Mark(one.ordinal, frame.at(one.point.x, one.point.y)) for one in sites if one.point],
        [frame.path(one.area) for one in sites if one.area],
    )


def queue(rows: Sequence[Application]) -> Plan | None:
    """The first place of each row, numbered as in the list. Three queries."""
    places = ApplicationSite.objects.filter(application__in=rows, ordinal=1, point__isnull=False)
    points = {one.application_id: one.point for one in places if one.point}
    home = city()
    if home is not None and home.area is not None:
        envelope = home.area.envelope
        points = {pk: point for pk, point in points.items() if envelope.contains(point)}
    extent = plan.around(points.values())
    if extent is None:
        return None
    frame = plan.frame(extent, *QUEUE, margin=0.08, least=_NEAR)
    marks: list[Mark] = []
    for number, row in enumerate(rows, 1):
        point = points.get(row.pk)
        if point is not None:
            _put(marks, Mark(number, frame.at(point.x, point.y), row))
    return Plan(frame, plan.villages(frame), marks, [], len(rows) - len(points))


def _put(marks: list[Mark], new: Mark) -> None:
    """Beside the others, or into one that it would cover: the more urgent is the one that is seen."""
    x, y = map(float, new.at)
    for n, one in enumerate(marks):
        other_x, other_y = map(float, one.at)
        if abs(other_x - x) < _APART and abs(other_y - y) < _APART:
            marks[n] = Mark(one.number, one.at, one.application, one.more + 1)
            return
    marks.append(new)
