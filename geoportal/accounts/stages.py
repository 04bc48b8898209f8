from typing import Any

from allauth.account.stages import EmailVerificationStage


class EmailStage(EmailVerificationStage):  # type: ignore[misc]
    """Not for accounts that have a telephone number instead of an address."""

    def handle(self) -> tuple[Any, bool]:
        user = self.login.user
        by_phone = self.login.phone if user is None else user.phone_index and not user.email
        return (None, True) if by_phone else super().handle()
