"""Everything that the OpenAPI description says can be asked, asked at random: the answers are as it says.

The examples are the same in every run. What one of them finds becomes a test by name, beside the code.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from maps import tiles
from tests import factories

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@schemathesis.serializer("application/pdf")
def as_file(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


generator = SchemaGenerator()  # type: ignore[no-untyped-call]
description = schemathesis.openapi.from_dict(
    generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
)
description.app = get_wsgi_application()


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """As Django's own test client does it: a request must not close the connection of the test."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    factories.village()
    for n in range(3):
        kind = factories.permit_type("UJI-USAHA")
        factories.permit(commodities=[factories.commodity()], type=kind, published=n < 2)


@description.parametrize()
@settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
def test_answers_are_as_described(case: Any) -> None:
    caches["pages"].clear()
    tiles.forget()
    case.call_and_validate(checks=CHECKS)
