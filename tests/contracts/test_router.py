"""What every adapter of the ROUTER slot promises."""

import pytest
from django.conf import settings
from django.utils import translation

from geoportal.geography.backends.links import LinksOnly
from geoportal.geography.routing import NoRoute, Router, router

HERE, THERE = (109.675, -6.889), (109.68, -6.88)  # lon, lat


def test_the_default_is_the_one_tested_here() -> None:
    assert isinstance(router(), LinksOnly)
    assert settings.PLUGINS["ROUTER"]["BACKEND"].endswith("links.LinksOnly")


@pytest.mark.parametrize("adapter", [LinksOnly()], ids=lambda adapter: type(adapter).__name__)
@pytest.mark.parametrize(("start", "end"), [(HERE, THERE), (HERE, HERE), ((0.0, 0.0), (-179.9, 84.0))])
def test_without_a_network_it_says_why_and_what_to_do(
    adapter: Router, start: tuple[float, float], end: tuple[float, float]
) -> None:
    with translation.override("id"), pytest.raises(NoRoute) as said:
        adapter.route(start, end)
    assert "aplikasi peta" in str(said.value)
