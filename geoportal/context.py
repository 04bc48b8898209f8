from typing import Any

from django.conf import settings
from django.http import HttpRequest

from geoportal.demo import has_demo_data


def office(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: whose office this is, and whether its data is invented."""
    return {
        "office": {
            "name": settings.OFFICE_NAME,
            "city": settings.OFFICE_CITY,
            "address": settings.OFFICE_ADDRESS,
            "phone": settings.OFFICE_PHONE,
            "email": settings.OFFICE_EMAIL,
        },
        "demo_city": has_demo_data,
        "languages": settings.LANGUAGES,
    }
