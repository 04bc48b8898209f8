from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from geoportal.staticfiles import import_map_hash


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """django-csp, plus the hash of the import map: it is known only once static files are."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only:
            update = dict(parts.update or {})
            update["script-src"] = [*update.get("script-src", []), import_map_hash()]
            parts.update = update
        return parts


class ChosenLocaleMiddleware:
    """Indonesian unless the reader chose otherwise here.

    Django's own middleware follows Accept-Language; many phones in the city are set to English although
    their owners read Indonesian better. Only the cookie of `set_language` counts.
    """

    def __init__(self, get_response):  # type: ignore[no-untyped-def]
        self.get_response = get_response

    def __call__(self, request: HttpRequest):  # type: ignore[no-untyped-def]
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
