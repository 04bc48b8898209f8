from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers

PUBLIC_SECONDS = 60  # a withdrawn consent may linger in a cache no longer than this (DESIGN §6)


def public_cache(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lets anyone keep a page that is the same for everybody of one language, for PUBLIC_SECONDS.

    Not for pages with a form that writes, nor for signed-in readers: their answers stay private.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code < 400 and not response.has_header("Cache-Control"):
            if request.COOKIES.get(settings.SESSION_COOKIE_NAME):
                patch_cache_control(response, private=True, no_cache=True)
            else:
                patch_cache_control(response, public=True, max_age=PUBLIC_SECONDS)
        patch_vary_headers(response, ["Cookie"])
        return response

    return wrapped
