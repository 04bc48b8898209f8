"""The MESSENGER slot: short messages to telephones (WhatsApp, SMS)."""

from typing import Protocol

from geoportal.plugins import plugin


class MessageRefused(Exception):
    """The gateway will never take this message."""


class GatewayUnavailable(Exception):
    """Nothing was handed over; the same message may be tried again later."""


class OutcomeUnknown(Exception):
    """It was handed over and no answer came: it may have been sent, so it is not repeated."""


class Messenger(Protocol):
    configured: bool  # False: nobody can be reached by telephone, and no page offers it

    def send(self, *, to: str, text: str, key: str) -> None:
        """`to` as +62…; `key` is the same for every try of one message.

        Raises MessageRefused, GatewayUnavailable or OutcomeUnknown.
        """


def messenger() -> Messenger:
    found: Messenger = plugin("MESSENGER")
    return found
