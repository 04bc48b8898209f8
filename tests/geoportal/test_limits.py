from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from geoportal import limits
from geoportal.accounts.models import User


@pytest.mark.django_db(transaction=True)
def test_exactly_the_limit_passes_in_parallel() -> None:
    def attempt(_: int) -> bool:
        try:
            with limits.misses("test", "one key", most=20, seconds=60):
                return True
        except limits.TooMany:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(100))) == 20


@pytest.mark.django_db
def test_what_is_forgiven_does_not_count_and_the_window_ends() -> None:
    for _ in range(5):
        with limits.misses("test", "k", most=1, seconds=60) as attempt:
            attempt.forgive()
    with limits.misses("test", "k", most=1, seconds=60):
        pass
    with pytest.raises(limits.TooMany) as refusal, limits.misses("test", "k", most=1, seconds=60):
        pass
    assert 1 <= refusal.value.retry_after <= 60
    with limits.misses("test", "other key", most=1, seconds=60):
        pass
    with connection.cursor() as cursor:
        cursor.execute("UPDATE geoportal_attempt SET since = since - interval '61 s'")
    with limits.misses("test", "k", most=1, seconds=60):
        pass


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not a proxy of ours: not believed
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),  # what the client itself wrote is ignored
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("2001:db8:1:2:3::4", "", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", "203.0.113.9"),  # a server of both families: not one household of all
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.9.8.7", "198.51.100.1, 10.9.0.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, <script>", "unknown"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("", "", "unknown"),
    ],
)
def test_client_address(settings: Settings, remote: str, forwarded: str, client: str) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.1", "10.0.0.2", "10.9.0.0/16"]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)
    assert limits.client_address(request) == client


@pytest.mark.django_db
def test_sign_in_stops_after_ten_failures_even_with_the_right_password(client: Client) -> None:
    User.objects.create_user("contoh.petugas", password="kata sandi uji yang panjang")
    for _ in range(10):
        assert client.post("/masuk/", {"login": "contoh.petugas", "password": "salah"}).status_code == 200
    answer = client.post("/masuk/", {"login": "contoh.petugas", "password": "kata sandi uji yang panjang"})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_nothing_is_a_key_as_any_other(client: Client) -> None:
    assert client.post("/masuk/", {"login": "", "password": ""}).status_code == 200
    with limits.misses("test", "", most=1, seconds=60):
        pass
    with pytest.raises(limits.TooMany), limits.misses("test", "", most=1, seconds=60):
        pass
