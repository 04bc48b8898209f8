"""Static files: small, under content-hashed names, with the import map that tells modules where they are."""

import base64
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import HashedFilesMixin
from django.templatetags.static import static
from rcssmin import cssmin
from rjsmin import jsmin
from whitenoise.storage import CompressedManifestStaticFilesStorage

# bare specifier -> static path. The libraries import one another by these names.
MODULES = {
    "@mapbox/vector-tile": "vector-tile/index.js",
    "@mapbox/point-geometry": "point-geometry/index.js",
    "pbf": "pbf/index.js",
}

# whose scripts and stylesheets are written to be read, and served without what only a reader needs
READABLE = (
    "geoportal/",
    "companies/",
    "permits/",
    "maps/",
    "jsqr/",
    *(path.split("/")[0] + "/" for path in MODULES.values()),
)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashes names by content; leaves the inside of third-party modules alone (they use the import map)."""

    manifest_strict = True
    # our modules import one another by relative names; Django's switch would rewrite third-party ones too
    patterns = (
        *HashedFilesMixin.patterns,
        ("maps/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
        ("permits/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        for name in list(paths):
            minify = {".js": jsmin, ".css": cssmin}.get(Path(name).suffix)
            if minify and name.startswith(READABLE) and not dry_run:
                file = Path(self.path(name))
                file.write_text(minify(file.read_text("utf-8")), "utf-8")
                paths[name] = (self, name)  # hash what is served, not its source
        yield from super().post_process(paths, dry_run, **options)

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
