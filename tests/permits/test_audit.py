"""A hundred planted tampers, each found and its first bad row named; an untouched log: nothing."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from geoportal import daily
from geoportal.accounts.roles import Role
from permits import anchors, audit, workflow
from permits.models import Application, Event
from tests import factories
from tests.contracts import tsa_server
from tests.geoportal.test_roles import role

pytestmark = pytest.mark.django_db
EACH = 8  # of every kind of tampering
HASH = "UPDATE permits_event e SET hash = permits_event_hash(e) WHERE id = %s"


@pytest.fixture(autouse=True)
def _folder(settings: Settings, tmp_path: Path) -> None:
    settings.ANCHOR_DIR = tmp_path / "anchors"
    settings.ANCHOR_KEY = tmp_path / "key.pem"
    # PINs of applications that nobody ever opens: made fast
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def logs() -> list[Application]:
    return [factories.at(status) for status in ("issuing", "signing", "review", "drafting")]


def faults(**options: Any) -> list[audit.Fault]:
    options.setdefault("complete", True)
    paths = options.pop("paths", None) or anchors.files()
    found = list(audit.verify(paths, key=anchors.public_key(), **options))
    return found[-1].faults


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def defenceless() -> None:
    """As the owner of the tables may: no trigger, no constraint."""
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("permits_event", "permits_application"):
        sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    sql("ALTER TABLE permits_event DROP CONSTRAINT permits_event_once")


def rechain(application: int) -> None:
    """Makes a chain whole again, and the application's own row with it: the careful forger."""
    previous, count, target = b"", 0, "draft"
    for event in Event.objects.filter(application=application).order_by("ordinal", "id"):
        count, target = count + 1, event.target
        sql("UPDATE permits_event SET previous = %s, ordinal = %s WHERE id = %s", previous, count, event.pk)
        sql(HASH, event.pk)
        previous = bytes(Event.objects.get(pk=event.pk).hash)
    sql(
        "UPDATE permits_application SET head = %s, events_count = %s, status = %s WHERE id = %s",
        previous, count, target, application,
    )  # fmt: skip


@dataclass(frozen=True)
class Target:
    """`at`: the row that is tampered with; `other`: a later one of the same application."""

    application: int
    at: int
    other: int

    def row(self, n: int = 0) -> int:
        return int(Event.objects.get(application=self.application, ordinal=n or self.at).pk)

    @property
    def count(self) -> int:
        return Application.objects.get(pk=self.application).events_count


def edit(t: Target, rng: Random) -> None:
    column, value = rng.choice(
        [("note", "disisipkan"), ("by_id", factories.staff(Role.HEAD).pk), ("role", "head"),
         ("at", timezone.now()), ("facts", '{"letter": 1}'), ("move", "finish")]
    )  # fmt: skip
    sql(f"UPDATE permits_event SET {column} = %s WHERE id = %s", value, t.row())


def edit_and_hash(t: Target, rng: Random) -> None:
    edit(t, rng)
    sql(HASH, t.row())


def edit_and_rechain(t: Target, rng: Random) -> None:
    edit(t, rng)
    rechain(t.application)


def change_hash(t: Target, rng: Random) -> None:
    sql("UPDATE permits_event SET hash = %s WHERE id = %s", rng.randbytes(32), t.row())


def change_link(t: Target, rng: Random) -> None:
    sql("UPDATE permits_event SET previous = %s WHERE id = %s", rng.randbytes(32), t.row())


def delete(t: Target, rng: Random) -> None:
    sql("DELETE FROM permits_event WHERE id = %s", t.row())


def delete_and_rechain(t: Target, rng: Random) -> None:
    delete(t, rng)
    rechain(t.application)


def cut_tail(t: Target, rng: Random) -> None:
    sql("DELETE FROM permits_event WHERE application_id = %s AND ordinal >= %s", t.application, t.at)


def cut_tail_and_head(t: Target, rng: Random) -> None:
    cut_tail(t, rng)
    rechain(t.application)


def insert(t: Target, rng: Random) -> None:
    sql("UPDATE permits_event SET ordinal = ordinal + 1 WHERE application_id = %s AND ordinal >= %s",
        t.application, t.at)  # fmt: skip
    sql(
        "INSERT INTO permits_event (application_id, ordinal, move, source, target, role, by_id, at, note,"
        " facts, previous, hash)"
        " SELECT application_id, %s, move, source, source, role, by_id, at, 'x', facts,"
        " previous, %s FROM permits_event WHERE id = %s",
        t.at, rng.randbytes(32), t.row(t.at + 1),
    )  # fmt: skip


def insert_and_rechain(t: Target, rng: Random) -> None:
    insert(t, rng)
    rechain(t.application)


def swap(t: Target, rng: Random) -> None:
    first, second = t.row(), t.row(t.other)
    sql("UPDATE permits_event SET ordinal = %s WHERE id = %s", t.other, first)
    sql("UPDATE permits_event SET ordinal = %s WHERE id = %s", t.at, second)


def swap_and_rechain(t: Target, rng: Random) -> None:
    swap(t, rng)
    rechain(t.application)


def remove(t: Target, rng: Random) -> None:
    sql("DELETE FROM permits_event WHERE application_id = %s", t.application)
    for table in ("applicationsite", "draft", "consent"):
        if f"permits_{table}" in connection.introspection.table_names():
            sql(f"DELETE FROM permits_{table} WHERE application_id = %s", t.application)
    sql("DELETE FROM permits_application WHERE id = %s", t.application)


def change_head(t: Target, rng: Random) -> None:
    sql("UPDATE permits_application SET head = %s WHERE id = %s", rng.randbytes(32), t.application)


def change_status(t: Target, rng: Random) -> None:
    sql("UPDATE permits_application SET status = 'issued' WHERE id = %s", t.application)


Tamper = Callable[[Target, Random], None]
#: What is done, and the row that is then the first bad one: the one aimed at, the first, or the newest.
WAYS: list[tuple[Tamper, str]] = [
    *((way, "at") for way in (edit, edit_and_hash, edit_and_rechain, change_hash, change_link, delete,
                              delete_and_rechain, cut_tail, cut_tail_and_head, insert, insert_and_rechain,
                              swap, swap_and_rechain)),
    (remove, "first"),
    (change_head, "newest"),
    (change_status, "newest"),
]  # fmt: skip


def test_a_hundred_planted_tampers_are_found_and_the_first_bad_row_of_each_is_named(
    logs: list[Application],
) -> None:
    anchors.take()
    assert faults() == []
    rng, planted, wrong = Random(6), 0, []  # noqa: S311
    for way, expected in WAYS:
        for _ in range(EACH):
            chosen = rng.choice(logs)
            at = rng.randrange(1, chosen.events_count)
            target = Target(chosen.pk, at, rng.randrange(at + 1, chosen.events_count + 1))
            row = {"at": at, "first": 1, "newest": chosen.events_count}[expected]
            with transaction.atomic():
                defenceless()
                way(target, rng)
                named = [(one.application, one.ordinal) for one in faults()]
                transaction.set_rollback(True)
            planted += 1
            if named != [(chosen.pk, row)]:
                wrong.append((way.__name__, target, named))
    assert planted >= 100
    assert wrong == []
    assert faults() == []


def test_without_an_anchor_the_chain_alone_still_finds_who_did_not_rechain(logs: list[Application]) -> None:
    target = Target(logs[0].pk, 2, 4)
    for way, row in ((edit, 2), (delete, 2), (swap, 2), (cut_tail, 2), (change_head, logs[0].events_count)):
        with transaction.atomic():
            defenceless()
            way(target, Random(1))  # noqa: S311
            named = [(one.application, one.ordinal) for one in faults(paths=[])]
            transaction.set_rollback(True)
        assert named == [(logs[0].pk, row)], way.__name__


def test_an_old_event_written_in_behind_is_no_new_one(logs: list[Application]) -> None:
    """Appended with a chain that is whole: only its time betrays it."""
    anchors.take()
    target = logs[0].events.latest("ordinal")
    with transaction.atomic():
        defenceless()
        sql(
            "INSERT INTO permits_event (application_id, ordinal, move, source, target, role, by_id, at, note,"
            " facts, previous, hash)"
            " SELECT application_id, ordinal + 1, 'finish', target, 'issued', 'system', NULL,"
            " at - interval '1 day', '', '{}', hash, '' FROM permits_event WHERE id = %s",
            target.pk,
        )
        rechain(logs[0].pk)
        assert [(one.ordinal, one.what) for one in faults()] == [(target.ordinal + 1, "inserted")]
        transaction.set_rollback(True)


@pytest.fixture
def three(logs: list[Application]) -> list[Path]:
    """Something happened after each but the last."""
    anchors.take()
    workflow.apply(logs[3], "rethink", by=factories.staff(Role.BACK_OFFICE))
    anchors.take()
    workflow.apply(logs[3], "draft_permit", by=factories.staff(Role.BACK_OFFICE))
    anchors.take()
    return anchors.files()


def test_a_later_anchor_holds_what_is_new_and_all_of_them_together_hold_everything(three: list[Path]) -> None:
    together = {row for path in three for row in anchors.read(path)}
    events = Event.objects.values_list("application_id", "ordinal", "hash")
    assert len(three) == 3
    assert together <= {(a, n, bytes(digest)) for a, n, digest in events}
    assert faults() == []


@pytest.mark.parametrize("which", [0, 1, 2])
def test_an_anchor_that_was_altered_is_named(three: list[Path], which: int) -> None:
    text = three[which].read_text()
    three[which].write_text(text.replace(" 2 ", " 3 ", 1))
    assert three[which].name in {one.anchor for one in faults()}
    three[which].write_text(text)
    assert faults() == []


def test_an_anchor_that_was_taken_away_is_missed(three: list[Path]) -> None:
    three[1].unlink()
    assert [one.anchor for one in faults()] == [three[2].name]


def test_an_anchor_signed_with_another_key_is_refused(three: list[Path], settings: Settings) -> None:
    settings.ANCHOR_KEY = Path(settings.ANCHOR_KEY).with_name("other.pem")
    assert {one.what for one in faults()} >= {"its signature does not fit"}


@pytest.mark.parametrize(
    "text", ["", "SAKPORE ANCHOR 1\n", "SAKPORE ANCHOR 1\ntaken x\nprevious -\n\n", "\xff\n"]
)
def test_what_is_no_anchor_is_refused_with_a_reason(
    logs: list[Application], tmp_path: Path, text: str
) -> None:
    bad = tmp_path / "bad.anchor"
    bad.write_bytes(text.encode("latin-1"))
    assert [one.anchor for one in faults(paths=[bad], complete=False)] == ["bad.anchor"]


def test_one_anchor_alone_can_be_compared_too(three: list[Path]) -> None:
    assert faults(paths=[three[2]], complete=False) == []


def test_openssl_confirms_the_signature_of_an_anchor(logs: list[Application]) -> None:
    path, _count = anchors.take()
    done = subprocess.run(
        ["openssl", "dgst", "-sha256", "-verify", path.with_name("anchor.pub"), "-signature",
         path.with_suffix(".sig"), path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == "Verified OK\n"


def test_the_command_names_the_row_and_ends_with_one(
    logs: list[Application], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("anchor")
    call_command("verify_audit")
    assert "nothing wrong" in capsys.readouterr().out
    Event.objects.filter(application=logs[0], ordinal=3).update(note="disisipkan")
    with pytest.raises(CommandError, match="1 faults"):
        call_command("verify_audit")
    told = capsys.readouterr().err
    assert f"application {logs[0].pk} ({logs[0].registration_number}), row 3: was altered" in told


def test_once_a_day_and_never_in_a_dry_run(logs: list[Application]) -> None:
    today = timezone.localdate()
    assert "anchor_of_the_day" not in daily.run(today, dry=True)
    assert anchors.files() == []
    events = Event.objects.count()
    assert anchors.anchor_of_the_day(today) == events
    assert anchors.anchor_of_the_day(today) == 0
    assert len(anchors.files()) == 1


def test_an_anchor_holds_no_word_about_anybody(logs: list[Application]) -> None:
    path, _count = anchors.take()
    assert set(path.read_text().split("\n\n", 1)[1]) <= set("0123456789abcdef \nend")


@pytest.fixture
def authority(settings: Settings) -> Iterator[tsa_server.Server]:
    with tsa_server.running() as server:
        settings.ANCHOR_TSA_URL = server.url
        yield server


def test_a_configured_authority_stamps_each_anchor(
    logs: list[Application], authority: tsa_server.Server, tmp_path: Path
) -> None:
    path, _count = anchors.take()
    beside, trusted = path.with_suffix(".tst"), tmp_path / "authority.pem"
    trusted.write_bytes(authority.certificate.public_bytes(Encoding.PEM))
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-token_in", "-in", beside, "-data", path, "-CAfile", trusted],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Verification: OK" in done.stdout, done.stderr
    assert faults() == []
    other, _count = anchors.take()
    beside.write_bytes(other.with_suffix(".tst").read_bytes())
    assert [one.anchor for one in faults()] == [path.name]
    beside.write_bytes(b"x")
    assert [one.anchor for one in faults()] == [path.name]


def test_an_authority_that_is_down_is_asked_again_and_the_anchor_stands(
    logs: list[Application], authority: tsa_server.Server
) -> None:
    authority.down = True
    today = timezone.localdate()
    with pytest.raises(anchors.NoTimeStamp):
        anchors.anchor_of_the_day(today)
    with pytest.raises(anchors.NoTimeStamp):
        anchors.anchor_of_the_day(today)
    assert faults() == []
    authority.down = False
    anchors.anchor_of_the_day(today)
    (path,) = anchors.files()
    assert path.with_suffix(".tst").exists()


def test_the_sites_own_role_anchors_and_verifies(logs: list[Application]) -> None:
    with role(site.DATABASE_APP_ROLE):
        anchors.take()
        assert faults() == []
