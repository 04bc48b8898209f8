"""docs/workflow.md, written from the table of moves."""

from django.conf import settings
from django.utils import translation

from permits.guards import Guard
from permits.models import FINAL
from permits.models import ApplicationStatus as Status
from permits.workflow import MOVES, PUBLIC

FILE = settings.BASE_DIR / "docs" / "workflow.md"

_HEAD = """# The life of an application

Written by `bin/manage workflow_diagram` from the table in `permits/workflow.py`; a test compares. Change the
table, not this page.
"""


def text() -> str:
    with translation.override("id"):
        return "\n".join([_HEAD, *_graph(), "", *_statuses(), "", *_moves(), ""])


def _graph() -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {Status.DRAFT.value}"]
    for one in MOVES.values():
        lines += [
            f"    {source.value} --> {one.target.value}: {one.name}" for source in _sources(one.sources)
        ]
    return [*lines, *(f"    {status.value} --> [*]" for status in Status if status in FINAL), "```"]


def _statuses() -> list[str]:
    rows = [f"| {status.value} | {status.label} | {PUBLIC[status]} |" for status in Status]
    return ["| status | for the office | for the public |", "|---|---|---|", *rows]


def _moves() -> list[str]:
    rows = [
        f"| {one.name} | {', '.join(s.value for s in _sources(one.sources))} | {one.target.value} "
        f"| {one.actor.label} | {one.label} | {_names(one.when)} | {_names(one.guards)} | "
        f"{'yes' if one.tells else ''} |"
        for one in MOVES.values()
    ]
    head = "| move | from | to | who | button | offered when | guards | applicant is told |"
    return [head, "|---|---|---|---|---|---|---|---|", *rows]


def _sources(sources: frozenset[Status]) -> list[Status]:
    return [status for status in Status if status in sources]


def _names(guards: tuple[Guard, ...]) -> str:
    return ", ".join(getattr(guard, "__name__", "").replace("_", " ") for guard in guards)
