"""What goes wrong is reported without what people sent: in error mail, and in tracebacks of the log.

Django hides settings and words that look like secrets; forms here hold NIK, telephones, passphrases under any
name. So nothing of a form, a cookie, a query or a local variable is reported. PostgreSQL quotes the offending
row in the DETAIL of an error: that goes too.
"""

import logging
import re
from collections.abc import ItemsView
from types import FrameType
from typing import Any, Final

from django.http import HttpRequest
from django.views.debug import ExceptionReporter, SafeExceptionReporterFilter

HIDDEN: Final = SafeExceptionReporterFilter.cleansed_substitute
_DETAIL: Final = re.compile(r"(?m)^(DETAIL|CONTEXT):(?:.*\n?)+?(?=^\S|\Z)")
_NUMBER: Final = re.compile(r"\d{9,}")
_MAIL: Final = re.compile(r"[^\s@<>'\"(]+@[^\s@<>'\"]+\.[A-Za-z]{2,}")
_QUERY_META: Final = frozenset({"QUERY_STRING", "HTTP_REFERER", "HTTP_COOKIE", "REQUEST_URI", "RAW_URI"})


class NothingPersonal(SafeExceptionReporterFilter):
    def is_active(self, request: HttpRequest | None) -> bool:
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        return dict.fromkeys(request.POST, HIDDEN) if request is not None else {}

    def get_traceback_frame_variables(
        self, request: HttpRequest | None, tb_frame: FrameType
    ) -> ItemsView[str, Any]:
        return dict.fromkeys(tb_frame.f_locals, HIDDEN).items()

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_safe_request_meta(request)
        return {name: HIDDEN if name in _QUERY_META else value for name, value in found.items()}

    def get_safe_cookies(self, request: HttpRequest | None) -> dict[str, Any]:
        return dict.fromkeys(request.COOKIES, HIDDEN) if request is not None else {}


class Reporter(ExceptionReporter):
    """Without the query and the person who asked; without the row that the database quotes."""

    def get_traceback_data(self) -> dict[str, Any]:
        found = super().get_traceback_data()
        found["request_GET_items"] = [(name, HIDDEN) for name, _value in found.get("request_GET_items", ())]
        found["user_str"] = HIDDEN
        found["request_FILES_items"] = [
            (name, HIDDEN) for name, _value in found.get("request_FILES_items", ())
        ]
        found["request_insecure_uri"] = ""
        if found.get("exception_value"):
            found["exception_value"] = discreet(str(found["exception_value"]))
        for frame in found.get("frames", ()):
            frame["exc_cause"] = frame.get("exc_cause") and type(frame["exc_cause"]).__name__
            frame["vars"] = [(name, HIDDEN) for name, _value in frame.get("vars", ())]
        return found


def discreet(text: str) -> str:
    """Of a message of PostgreSQL what happened, not to which values; no long number, no e-mail address."""
    return _MAIL.sub(HIDDEN, _NUMBER.sub(HIDDEN, _DETAIL.sub(rf"\1: {HIDDEN}\n", text)))


class Lines(logging.Formatter):
    """The lines of the log, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return discreet(super().format(record))
