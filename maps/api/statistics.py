"""/api/v1/statistics/: how many permits answer a request, by what they are (permits, not sites)."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from maps import filters
from maps.api import schema
from maps.api.serializers import StatisticsSerializer
from maps.api.views import PublicView
from maps.models import PlaceQuerySet
from maps.remember import remembered

# one pass over the permits; a row: by what, code and name (NULL: in no village), how many, how many surely
_COUNTS = """
WITH kept AS MATERIALIZED (
    SELECT status, type_id, village_id, commodities, commodities_broad, count(*) AS n
    FROM ({rows}) permit GROUP BY 1, 2, 3, 4, 5
)
SELECT 'status', status, '', sum(n)::bigint, 0 FROM kept GROUP BY status
UNION ALL SELECT 'type', code, name, sum(n)::bigint, 0
    FROM kept JOIN permits_permittype t ON t.id = type_id GROUP BY code, name
UNION ALL SELECT 'zone', code, name, sum(n)::bigint, 0
    FROM kept LEFT JOIN geography_zone z ON z.code = village_id GROUP BY code, name
UNION ALL SELECT 'commodity', slug, name, sum(n)::bigint,
    coalesce(sum(n) FILTER (WHERE NOT one = ANY (commodities_broad)), 0)::bigint
    FROM kept, unnest(commodities) AS each (one) JOIN companies_commodity c ON c.id = one GROUP BY slug, name
ORDER BY 1, 4 DESC, 2
"""


def count(rows: PlaceQuerySet) -> dict[str, Any]:
    """Counts of `rows` (one site of each permit, with status), most first. One query."""
    columns = ("status", "type_id", "village_id", "commodities", "commodities_broad")
    kept = rows.order_by().values(*columns)
    found: dict[str, list[tuple[Any, ...]]] = {"status": [], "type": [], "zone": [], "commodity": []}
    try:
        sql, params = kept.query.sql_with_params()
    except EmptyResultSet:  # nothing answers, as Django knows without asking
        pass
    else:
        with connection.cursor() as cursor:
            cursor.execute(_COUNTS.format(rows=sql), params)
            for by, *counted in cursor.fetchall():
                found[by].append(tuple(counted))
    return {
        "day": timezone.localdate(),
        "permits": sum(n for _code, _name, n, _sure in found["status"]),
        "by_status": [{"code": code, "permits": n} for code, _name, n, _sure in found["status"]],
        "by_type": [{"code": code, "name": name, "permits": n} for code, name, n, _sure in found["type"]],
        "by_zone": [{"code": code, "name": name, "permits": n} for code, name, n, _sure in found["zone"]],
        "by_commodity": [
            {"slug": slug, "name": name, "permits": n, "certain": sure}
            for slug, name, n, sure in found["commodity"]
        ],
    }


class Statistics(PublicView):
    """How many permits answer a request, by status, type, village and commodity."""

    @extend_schema(
        operation_id="statistics",
        parameters=schema.FILTERS,
        responses={200: StatisticsSerializer, **schema.BAD_REQUEST},
    )
    def get(self, request: Request) -> Any:
        query = request.query_params
        chosen = filters.require(query)
        counted = remembered("statistics", query, lambda: count(chosen.permits()))
        return Response(StatisticsSerializer(counted).data)
