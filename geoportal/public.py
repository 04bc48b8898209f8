"""The public surface: every route that answers without an account. Nothing else does.

A test walks the URL resolver, asks each route as nobody, and compares with this list; so a page becomes
public only by being written here.
"""

PUBLIC_ROUTES = frozenset(
    {
        "livez",
        "readyz",
        "masuk/",
        "bahasa/",
    }
)
