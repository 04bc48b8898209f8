from django.http import JsonResponse, QueryDict

from geoportal.problems import problem
from maps.filters import BadFilter, Problem


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


def only(query: QueryDict, *allowed: str) -> None:
    """Refuses every parameter but these."""
    known = tuple(sorted(allowed))
    wrong = [Problem(name[:80], "", "unknown parameter", known) for name in query if name not in allowed]
    if wrong:
        raise BadFilter(wrong)
