from geopy.distance import geodesic


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Geodesic distance on WGS 84 between two (lon, lat) points in degrees."""
    return float(geodesic((a[1], a[0]), (b[1], b[0])).m)
