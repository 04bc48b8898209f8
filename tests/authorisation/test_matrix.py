"""Every address x every person x every thing in every status, against the written table."""

from collections import defaultdict
from collections.abc import Iterable

import pytest

from tests.authorisation import routes
from tests.authorisation.asking import address, ask, outcome
from tests.authorisation.table import Line, Table
from tests.authorisation.world import STAFF, Thing, World

pytestmark = pytest.mark.django_db  # so that the database of the tests is made, and not the site's asked
TABLE = Table()


WRITTEN = {route for route, _ in routes.every() if not route.startswith("admin/")}


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    assert TABLE.lines.keys() == WRITTEN


def test_the_table_names_only_what_there_is(world: World) -> None:
    for line in TABLE.lines.values():
        states = {thing.status for thing in world.things[line.of]}
        assert line.statuses is None or line.statuses <= states, line.route
        for words in line.opens.values():
            assert isinstance(words, str) or words.keys() == states, line.route
            said = [words] if isinstance(words, str) else words.values()
            known = {*world.clients, "anyone", "elsewhere", "nothing"}
            assert all(TABLE.people(one) <= known for one in said), line.route


def expected(line: Line, method: str, who: str, thing: Thing) -> set[str]:
    if method not in line.opens:
        return {"no such method", "sign in", "second factor", "closed"}
    words = line.opens[method]
    named = TABLE.people(words if isinstance(words, str) else words[thing.status], thing.status)
    if "anyone" in named:
        return {"opens", "leads on", "closed"}  # closed: of what is not there, or of a signature that is none
    if "elsewhere" in named:
        return {"leads on", "sign in"}
    if who in ("nobody", "disabled"):
        return {"sign in"}
    if "nothing" in named:
        return {"closed"}
    if who == "unproven" and who not in named:
        return {"second factor"}
    if who not in _standing(named, thing):
        return {"closed"}
    if line.statuses is None or thing.status in line.statuses:
        return {"opens", "leads on"} if line.statuses is None or method != "get" else {"opens"}
    return {"closed"} if line.nothing else {"leads on"}


def _standing(named: frozenset[str], thing: Thing) -> frozenset[str]:
    """The owner's place may be somebody else's: the counter's, for a walk-in."""
    return (named - {"owner", "partner"}) | (thing.owners if named & {"owner", "partner"} else frozenset())


def people_asked(line: Line, method: str, n: int, world: World) -> Iterable[str]:
    """About the `n`-th thing. About every eighth everybody; else who is named, of all staff two."""
    words = line.opens.get(method, "anyone")
    if words == "anyone":
        return ("nobody", "unproven", "owner", "head")
    said = [words] if isinstance(words, str) else words.values()
    named = {"stranger", "front_office"}.union(*map(TABLE.people, said))
    if named.issuperset(STAFF):
        named -= set(STAFF) - {"front_office", "administrator"}
    return [who for who in world.clients if who in named or n % 8 == 0]


@pytest.mark.parametrize("route", sorted(WRITTEN))
def test_opens_to_whom_the_table_says(world: World, route: str) -> None:
    line, wrong = TABLE.lines[route], defaultdict(list)
    for n, thing in enumerate(world.things[line.of]):
        methods = {*line.opens, "get", "post"} if n == 0 else set(line.opens)  # what it does not know: once
        for method in sorted(methods):
            for who in people_asked(line, method, n, world):
                answer, wrote = ask(world.clients[who], method, address(line, thing))
                got, wanted = outcome(answer), expected(line, method, who, thing)
                if got not in wanted:
                    wrong[f"{method}: {got}, not {' or '.join(sorted(wanted))}"].append(
                        f"{who} {thing.status}"
                    )
                elif got not in ("opens", "leads on") and wrote:
                    wrong[f"{method}: {got}, but wrote {wrote}"].append(f"{who} {thing.status}")
    assert not wrong, "\n".join(f"{what}: {', '.join(whom)}" for what, whom in wrong.items())
