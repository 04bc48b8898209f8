from geoportal.messengers import MessageRefused


class NoMessenger:
    """The default: no gateway."""

    configured = False

    def send(self, *, to: str, text: str, key: str) -> None:
        raise MessageRefused("no gateway for telephone messages is configured (MESSENGER)")
