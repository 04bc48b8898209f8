import hashlib
import re
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.parsers import BaseParser, JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from geoportal import limits
from geoportal.problems import problem
from maps import file_verdict, verdict
from maps.api import schema
from maps.api.cors import preflight
from maps.api.views import PublicView, only
from permits.signing.verify import MOST_BYTES, Finding

MISSES, SECONDS = 50, 900  # as the page's: who tries codes is stopped, who checks letters is not
DIGEST = "[0-9a-f]{64}"

_ANSWER = inline_serializer(
    "Verdict",
    {
        "outcome": serializers.ChoiceField([outcome.value for outcome in verdict.Outcome]),
        "title": serializers.CharField(help_text="the answer in words"),
        "text": serializers.CharField(help_text="what it means and what to do"),
        "checked_at": serializers.DateTimeField(),
        "permit": serializers.CharField(allow_null=True, help_text="public id, for /api/v1/permits/"),
        "number": serializers.CharField(allow_null=True),
        "status": serializers.CharField(allow_null=True),
        "signature": serializers.ChoiceField(
            [finding.value for finding in Finding],
            allow_null=True,
            help_text="of a file that the register does not know: what its signatures prove",
        ),
        "changes": serializers.ListField(
            child=serializers.CharField(),
            help_text="what was altered after signing, as far as it can be told",
        ),
        "replaced_by": serializers.CharField(
            allow_null=True, help_text="public id of the permit that replaced it"
        ),
    },
)


class Validate(PublicView):
    """Is the letter with this code one of ours, and is its permit in force?"""

    @extend_schema(
        operation_id="validate",
        responses={**dict.fromkeys((200, 400, 404, 410), _ANSWER), **schema.problems(429)},
    )
    def get(self, request: Request, seal_id: str) -> Any:
        only(request.query_params)
        found = verdict.verdict_for_seal(seal_id)
        return (_count_miss(request) if found.is_miss else None) or _answer(found)


class PdfParser(BaseParser):
    """The request's body is the file."""

    media_type = "application/pdf"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        return {"file": ContentFile(stream.read(MOST_BYTES + 1))}


class ValidateFile(PublicView):
    """Is this PDF one of our letters? By the file's SHA-256 first, then by its signatures."""

    parser_classes = (PdfParser, MultiPartParser, JSONParser)

    @extend_schema(
        operation_id="validate_file",
        request={
            "application/pdf": OpenApiTypes.BINARY,
            "multipart/form-data": inline_serializer("File", {"file": serializers.FileField()}),
            "application/json": inline_serializer(
                "Digest", {"sha256": serializers.RegexField(DIGEST, help_text="only whether it is known")}
            ),
        },
        responses={
            **dict.fromkeys((200, 404, 410), _ANSWER),
            **schema.problems(400, 413, 415, 429),
        },
    )
    def post(self, request: Request) -> Any:
        only(request.query_params)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES + 10_000:
            return _too_large()
        sent = request.data if isinstance(request.data, Mapping) else {}
        if isinstance(digest := sent.get("sha256"), str) and re.fullmatch(DIGEST, digest):
            # always an answer and never an error, which a browser that asks first would complain of
            known = verdict.verdict_for_hash(bytes.fromhex(digest))
            return _answer(known or file_verdict.unknown_file(), status=200)
        pdf = sent["file"].read(MOST_BYTES + 1) if hasattr(sent.get("file"), "read") else b""
        if len(pdf) > MOST_BYTES:
            return _too_large()
        if b"%PDF-" not in pdf[:1024]:
            detail = "Send a PDF as application/pdf or as part `file` of multipart/form-data, or its sha256."
            return problem(400, "Not a PDF", detail)
        found = verdict.verdict_for_hash(hashlib.sha256(pdf).digest())
        return (_answer(found) if found else _count_miss(request)) or _answer(
            file_verdict.verdict_for_pdf(pdf)
        )

    def options(self, request: Any, *_args: Any, **_kwargs: Any) -> Any:
        answer = preflight()
        answer.headers["Allow"] = answer.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
        answer.headers["Access-Control-Allow-Headers"] = "Content-Type"
        return answer


def _too_large() -> Any:
    return problem(413, "File too large", f"No letter is larger than {MOST_BYTES} bytes.")


def _count_miss(request: Request) -> Any:
    """None, or the answer to an address that has asked for too much that does not exist."""
    try:
        with limits.misses("validate", limits.client_address(request._request), most=MISSES, seconds=SECONDS):
            return None
    except limits.TooMany as error:
        answer = problem(429, "Too many unknown codes", f"Try again in {error.retry_after} s.")
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer


def _answer(found: verdict.Verdict, *, status: int = 0) -> Response:
    body = {
        "outcome": found.outcome.value,
        "title": str(found.title),
        "text": str(found.text),
        "checked_at": found.checked_at,
        "permit": found.entry.place.public_id if found.entry else None,
        "number": found.entry.place.number if found.entry else None,
        "status": found.entry.status.value if found.entry else None,
        "signature": found.signature.value if found.signature else None,
        "changes": list(found.changes),
        "replaced_by": found.entry.place.replaced_by or None if found.entry else None,
    }
    return Response(body, status=status or found.http_status, headers={"Cache-Control": "no-store"})
