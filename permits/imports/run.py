"""One run of an importer, in the caller's transaction: open, check, stage, load, record."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import Source
from geoportal.reporting import Refused, Report
from permits.imports import pipeline
from permits.imports.mapped import MappedRows
from permits.imports.mapping_file import read_mapping
from permits.imports.oss import Projects
from permits.imports.oss_permits import Responses
from permits.imports.places import Bounds, Coordinates, bounds_of_zones
from permits.imports.row import Row, Unusable
from permits.imports.staging import Staging
from permits.imports.table import Line, Table, open_table
from permits.imports.values import harmless
from permits.models import ImportRun, PermitType

PROJECT_TYPE: Final = "OSS-PROYEK"
PERMIT_TYPE: Final = "OSS-IZIN"
WORDINGS_TOLD: Final = 10


def import_oss(file: Path, permits_file: Path | None, *, full: bool, report: Report) -> None:
    """Projects, then the permits joined to them. `full`: what the files no longer hold is flagged as missing.

    Raises `Refused`; then nothing was written.
    """
    bounds = city_bounds()
    types = {code: type_id(code) for code in (PROJECT_TYPE, PERMIT_TYPE)}
    report.columns = ["Id Proyek"]
    pipeline.begin()
    table = open_table(file)
    count = lambda what: report.count(what)  # noqa: E731
    projects = Projects(table, types[PROJECT_TYPE], Coordinates(bounds), count)
    responses = _open_responses(permits_file, types[PERMIT_TYPE])  # before an hour's work, not after it
    if projects.absent:
        report.note(_("columns that the file lacks: %s") % ", ".join(projects.absent))
    job = pipeline.Job(Source.OSS, registered=True, decides=True, full=full)
    with Staging() as staging:
        for line in table.rows(report):
            _take(lambda line: staging.add(projects.row(line)), projects.ref(line), line, staging, report)
    pipeline.load(job, report)
    record("import_oss", table, report, dict(projects.sums))
    if responses is not None:
        _import_responses(responses, full=full, report=report)


def _open_responses(file: Path | None, permit_type: int) -> Responses | None:
    if file is None:
        return None
    if not file.exists():
        raise Refused(_("%s does not exist.") % file, _("Check the name given with --permits."))
    try:
        return Responses(open_table(file), permit_type)
    except Refused as refusal:
        raise Refused(f"{file}: {refusal}", "") from refusal


def _import_responses(responses: Responses, *, full: bool, report: Report) -> None:
    table = responses.table
    report.note(_("now the permits: %s") % table.path.name)
    with Staging() as staging:
        for line in table.rows(report):
            _take(
                lambda line: staging.add_response(*responses.values(line)),
                responses.ref(line),
                line,
                staging,
                report,
            )
    pipeline.responses(report)
    pipeline.load(pipeline.Job(Source.OSS, decides=True, full=full), report, holders=False)
    report.count("not_counted", responses.other_words.total())
    for words, number in responses.other_words.most_common(WORDINGS_TOLD):
        report.note(
            _("not counted as issued: “%(words)s”, %(number)d rows") % {"words": words, "number": number}
        )
    record("import_oss --permits", table, report, {})


def import_mapped(file: Path, mapping_file: Path, *, full: bool, report: Report) -> None:
    """Any CSV by a mapping. Raises `Refused` when the file, the mapping or the two together do not fit."""
    mapping = read_mapping(mapping_file, report)
    pipeline.begin()
    table = open_table(file, encoding=mapping.encoding, delimiter=mapping.delimiter)
    count = lambda what: report.count(what)  # noqa: E731
    bounds = mapping.bounds if mapping.bounds is not None else city_bounds()
    rows = MappedRows(mapping, table, Coordinates(bounds, mapping.srid), count, mapping_file.name)
    rows.check(report)
    report.columns = [rows.key_column]
    job = pipeline.Job(
        mapping.source,
        several=True,
        declares="commodity" in rows.given,
        prefix=f"{mapping.dataset}:",
        full=full,
    )
    with Staging() as staging:
        for line in table.rows(report):
            _take(lambda line: _add(staging, rows.row(line)), rows.ref(line), line, staging, report)
    pipeline.load(job, report)
    for text in rows.told():
        report.note(text)
    record("import_permits", table, report, {"dataset": mapping.dataset})


def _take(take: Callable[[Line], None], ref: str, line: Line, staging: Staging, report: Report) -> None:
    if ref:
        staging.saw(ref)
    try:
        take(line)
    except Unusable as why:
        report.reject(line.number, reason=why.reason, remedy=why.remedy, row=[harmless(why.key)])


def _add(staging: Staging, row: Row | None) -> None:
    if row is not None:
        staging.add(row)


def city_bounds() -> Bounds:
    bounds = bounds_of_zones()
    if bounds is None:
        raise Refused(
            _("No zones are loaded, so no place can be checked."), _("Run manage.py load_zones first.")
        )
    return bounds


def type_id(code: str) -> int:
    found = PermitType.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None:
        raise Refused(_("There is no permit type %s.") % code, _("Run manage.py load_catalogue first."))
    return found


def record(command: str, table: Table, report: Report, more: dict[str, object]) -> None:
    """Notes the run. A dry run's note is rolled back with everything else."""
    ImportRun.objects.create(
        command=command,
        file_name=table.path.name[:200],
        file_sha256=table.sha256,
        finished_at=timezone.now(),
        summary={"counts": dict(report.counts), **more},
    )
