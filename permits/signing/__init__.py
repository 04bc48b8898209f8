"""Signing letters: a slot (settings.PLUGINS["SIGNER"]) with one method and three outcomes.

A passphrase is an argument and lives no longer than the call: it is never stored, logged or put in a message.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from geoportal.plugins import plugin


@dataclass(frozen=True)
class Signed:
    pdf: bytes = field(repr=False)


@dataclass(frozen=True)
class Refused:
    """Nothing was signed; `reason` says why and what to do. Asking again is safe."""

    reason: str


@dataclass(frozen=True)
class UnknownOutcome:
    """The request left this machine and no answer tells what became of it. Not to be repeated blindly."""

    reason: str


Outcome = Signed | Refused | UnknownOutcome


class Signer(Protocol):
    """`repeatable`: a call that a crash cut off can be made again, since nothing is recorded elsewhere."""

    repeatable: bool

    def sign(self, pdf: bytes, *, request_id: UUID, passphrase: str) -> Outcome:
        """`pdf` with one invisible signature over all of it, appended to its unchanged bytes."""

    def certificates(self) -> Sequence[bytes]:
        """The signer's certificates as DER, for verification; none where they cannot be known."""


def signer() -> Signer:
    made: Signer = plugin("SIGNER")
    return made
