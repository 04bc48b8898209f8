from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


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
