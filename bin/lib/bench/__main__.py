"""bin/bench once this clone is set up: run the sections, keep their results, write the report."""

from __future__ import annotations

import shutil
import sys
import time
import traceback
from pathlib import Path

from base import LOCAL, ROOT, environment, main, prepare_local, say

from bench import cities, machine, report, results, sections, victim
from bench.options import SECTIONS, Options, parse
from bench.results import Result


def measure(name: str, bench: sections.Bench) -> Result:
    """One section; what goes wrong in it is its result."""
    title, section = sections.of(name)
    result = Result(name, title, when=machine.now(), machine=machine.facts())
    begin = time.monotonic()
    try:
        section(bench, result)
    except KeyboardInterrupt:
        raise
    except sections.Skipped as reason:
        result.failed = f"not measured: {reason}"
    except Exception as error:  # noqa: BLE001 - whatever it is, the other sections go on
        result.failed = f"{type(error).__name__}: {error}"
        traceback.print_exc(file=sys.stderr)
    result.seconds = time.monotonic() - begin
    return result


def clean(env: dict[str, str]) -> None:
    for name in cities.all_names(env):
        say(f"dropping {name}")
        cities.drop(env, name)
    victim.remove()
    for folder in (results.FOLDER, LOCAL / "bench-venv"):
        say(f"removing {folder.name}")
        shutil.rmtree(folder, ignore_errors=True)


def action() -> int:
    options = parse(sys.argv[1:])
    prepare_local()
    env = environment()
    if options.clean:
        clean(env)
        return 0
    folder = results.FOLDER / "quick" if options.quick else results.FOLDER
    failed = [] if options.report else _sections(options, sections.Bench(options, env), folder)
    known = results.load([name for name, _, _ in SECTIONS], folder)
    if options.quick:
        say(report.markdown(known))
    else:
        report.write(known)
        say(f"\nWritten: {report.PATH.relative_to(ROOT)}")
    if failed:
        say(f"FAILED: {', '.join(failed)}")
    return 1 if failed else 0


def _sections(options: Options, bench: sections.Bench, folder: Path) -> list[str]:
    failed = []
    for name in options.names:
        say(f"== {name}: {next(text for known, text, _ in SECTIONS if known == name)}")
        result = measure(name, bench)
        results.save(result, folder)
        for table in result.tables:
            say(report.plain(table))
        if result.failed:
            say(f"!! {name}: {result.failed}")
            failed += [] if result.failed.startswith("not measured") else [name]
        say(f"   {result.seconds:.0f} s")
    return failed


if __name__ == "__main__":
    main(action)
