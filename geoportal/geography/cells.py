"""Areas for villages whose boundary nobody has loaded: what is nearer to their label point than to another's.

Good enough to say "about here" on a map, and said to be so (`Zone.approximate`). All shapes are in metres.
"""

from collections.abc import Mapping

import shapely
from shapely.geometry.base import BaseGeometry

from geoportal.geography.shapes import polygons

REACH = 0.75  # of the mean distance between neighbours; gives Pekalongan 47.4 km², its boundary has 46.2


def hull(points: Mapping[str, shapely.Point]) -> BaseGeometry:
    """A plausible outline around label points: their convex hull, wider by part of the distance between them.

    Label points lie inside the outer villages, so the bare hull would cut those in half.
    """
    places = list(points.values())
    nearest = [min((a.distance(b) for b in places if b is not a), default=1000.0) for a in places]
    return shapely.MultiPoint(places).convex_hull.buffer(REACH * sum(nearest) / len(nearest))


def cells(points: Mapping[str, shapely.Point], region: BaseGeometry) -> dict[str, BaseGeometry]:
    """`region` shared out among `points`, by their keys. Raises ValueError naming two keys at one place."""
    codes, places = list(points), list(points.values())
    tree = shapely.STRtree(places)
    for here, there in tree.query(places, predicate="dwithin", distance=0.01).T.tolist():
        if here < there:
            raise ValueError(codes[here], codes[there])
    if len(places) == 1:
        return {codes[0]: region}
    drawn = shapely.voronoi_polygons(shapely.MultiPoint(places), extend_to=region.union(hull(points)))
    shared: dict[str, BaseGeometry] = {}
    for cell in drawn.geoms:
        (position,) = tree.query(cell, predicate="contains").tolist()
        shared[codes[position]] = shapely.MultiPolygon(polygons(cell.intersection(region)))
    return {code: shared[code] for code in codes}
