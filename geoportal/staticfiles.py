"""Static files: content-hashed names, and the import map that tells modules where they are."""

import base64
import hashlib
import json
from functools import cache
from typing import Any

from django.templatetags.static import static
from whitenoise.storage import CompressedManifestStaticFilesStorage

# bare specifier -> static path. The libraries import one another by these names.
MODULES = {
    "@mapbox/vector-tile": "vector-tile/index.js",
    "@mapbox/point-geometry": "point-geometry/index.js",
    "pbf": "pbf/index.js",
}


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes names by content; leaves the inside of third-party modules alone (they use the import map)."""

    manifest_strict = True

    def url_converter(self, name: str, hashed_files: Any, template: str | None = None, *args: Any) -> Any:
        convert = super().url_converter(name, hashed_files, template, *args)

        def lenient(match: Any) -> str:
            # Packages ship source maps' names without the maps: those comments stay as they are.
            matched = str(match["matched"])
            return matched if "sourceMappingURL" in matched else convert(match)

        return lenient


@cache
def import_map() -> str:
    """The one import map of the site, as the exact text of its script element."""
    return json.dumps(
        {"imports": {name: static(path) for name, path in MODULES.items()}}, separators=(",", ":")
    )


@cache
def import_map_hash() -> str:
    """The CSP source expression that allows import_map() and nothing else inline."""
    return "'sha256-" + base64.b64encode(hashlib.sha256(import_map().encode()).digest()).decode() + "'"
