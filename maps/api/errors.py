from django.http import JsonResponse

from geoportal.problems import problem
from maps.filters import BadFilter


def bad_filter(error: BadFilter) -> JsonResponse:
    """400 that names each refused parameter, why, and the allowed values."""
    return problem(
        400,
        "Bad query parameter",
        str(error),
        errors=[
            {"name": p.name, "value": p.value, "reason": str(p.reason), "allowed": list(p.allowed)}
            for p in error.problems
        ],
    )
