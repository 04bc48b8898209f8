"""The POST slot: where a posted letter is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from geoportal.plugins import plugin


class Whereabouts(StrEnum):
    ON_THE_WAY = "on_the_way"
    DELIVERED = "delivered"
    RETURNED = "returned"
    UNKNOWN = "unknown"  # the post knows no such number (yet), or says something that we do not know


class PostUnavailable(Exception):
    """The post cannot be asked now; ask again later."""


@dataclass(frozen=True)
class Report:
    where: Whereabouts
    note: str = ""  # in the post's own words; never a name


class Post(Protocol):
    configured: bool  # False: the post room records by hand what became of a letter

    def status(self, tracking_number: str) -> Report:
        """Raises PostUnavailable."""


def post() -> Post:
    found: Post = plugin("POST")
    return found
