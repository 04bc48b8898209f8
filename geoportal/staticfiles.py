"""Static files: bundled, small, under content-hashed names."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import HashedFilesMixin
from django.core.exceptions import ImproperlyConfigured
from whitenoise.storage import CompressedManifestStaticFilesStorage

# whose scripts and stylesheets are written to be read, and served without what only a reader needs
READABLE = ("geoportal/", "companies/", "permits/", "maps/", "jsqr/")
_LATER = re.compile(r"""import\("([^"]+)"\)""")


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """What a script imports at once is bundled into it; what it imports later stays a file of its own."""

    manifest_strict = True
    # our scripts import later ones by relative names
    patterns = (
        *HashedFilesMixin.patterns,
        ("maps/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
        ("permits/*.js", HashedFilesMixin._js_module_import_aggregation_patterns[1]),  # type: ignore[attr-defined]
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        chosen = [name for name in paths if name.startswith(READABLE) and name.endswith((".js", ".css"))]
        if not dry_run:
            made = {name: bundle(Path(self.path(name))) for name in chosen}
            for name, content in made.items():  # only now: one may be a part of another
                Path(self.path(name)).write_bytes(content)
                paths[name] = (self, name)  # hash what is served, not its source
        yield from super().post_process(paths, dry_run, **options)

    def url(self, name: str | None, force: bool = True) -> str:
        """The bundled file in DEBUG too: its source imports packages by their names."""
        return str(super().url(name, force))

    def url_converter(self, name: str, hashed_files: Any, template: str | None = None, *args: Any) -> Any:
        convert = super().url_converter(name, hashed_files, template, *args)

        def lenient(match: Any) -> str:
            # Packages ship source maps' names without the maps: those comments stay as they are.
            matched = str(match["matched"])
            return matched if "sourceMappingURL" in matched else convert(match)

        return lenient


def bundle(file: Path) -> bytes:
    """The file as it is served: small, a script with all that it imports at once, also from npm packages."""
    esbuild = next(Path(settings.NODE_MODULES, "@esbuild").glob("*/bin/esbuild"), None)
    if esbuild is None:
        raise ImproperlyConfigured("esbuild is not in node_modules. Run bin/setup.")
    command = [str(esbuild), str(file), "--minify", "--log-level=warning"]
    if file.suffix == ".js" and "jsqr" not in file.parts:
        later = sorted(set(_LATER.findall(file.read_text("utf-8"))))
        command += ["--bundle", "--format=esm", *(f"--external:{name}" for name in later)]
    env = os.environ | {"NODE_PATH": str(settings.NODE_MODULES)}
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603 - our own files
