"""Every move x every person x every status, against the written table: who may, and that nobody else did."""

import tomllib
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from geoportal.accounts.models import User
from permits import workflow
from permits.models import Application, Event
from permits.refusals import Refused
from permits.workflow import Forbidden
from tests.authorisation.world import Thing, World

pytestmark = pytest.mark.django_db  # so that the database of the tests is made, and not the site's asked
MOVES: dict[str, dict[str, str]] = tomllib.loads(Path(__file__).with_name("moves.toml").read_text())


def test_every_move_has_an_entry_and_every_entry_a_move() -> None:
    assert MOVES.keys() == workflow.MOVES.keys()


def _tried(thing: Thing, move: str, by: User | None) -> str:
    """What came of it. With nothing but a note: what else a move asks for is told in the tests of moves."""
    application = Application.objects.get(public_id=thing.values["public_id"])
    events = Event.objects.filter(application=application).count()
    with transaction.atomic():
        try:
            workflow.apply(
                application, move, by=by, data={"note": "Uji", "second_factor": True, "key": "k", "pin": "1"}
            )
            found = "made"
        except Forbidden:
            found = "forbidden"
        except (Refused, IntegrityError):  # the database has its own word
            found = "refused"
        if found != "made" and Event.objects.filter(application=application).count() != events:
            found = "refused, but an event was written"
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("move", sorted(MOVES))
def test_a_move_is_made_by_whom_the_table_says_and_only_from_where_it_says(world: World, move: str) -> None:
    row, wrong, made = MOVES[move], [], 0
    people = {name: User.objects.get(pk=user.pk) for name, user in world.people.items() if name != "unproven"}
    for thing in world.things["application"]:
        named = set(row["who"].split())
        if "owner" in named:
            named = set(thing.owners)
        here = thing.status in row["from"].split()
        # from elsewhere nobody makes it, so it is enough to ask those who might
        for who in ("system", *people) if here else {"system", "stranger", *named}:
            got = _tried(thing, move, people.get(who))
            made += got == "made"
            if (got == "forbidden") == (who in named) or (got == "made" and not (here and who in named)):
                wrong.append(f"{who}, {thing.status}: {got}")
    assert not wrong
    assert made or move in _NEEDS_MORE, "nobody ever made it: the test proves nothing"


#: Moves that ask for what a note is not; they are refused, not forbidden, to whom they are for.
_NEEDS_MORE = {
    "submit", "return", "return_verified", "resubmit", "report", "bill", "approve_refusal", "sign_refusal",
    "finish_refusal", "order_inspection", "settle_online",
}  # fmt: skip
