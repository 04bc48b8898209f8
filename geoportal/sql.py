"""SQL that is more than a line lives in a .sql file beside its app and is run by a migration."""

from pathlib import Path

from django.db.migrations import RunSQL


def sql_file(module_file: str, name: str, **parts: str) -> RunSQL:
    """A migration operation that runs sql/`name` of the app whose migration is `module_file`.

    `parts` replace {words} in the text. Not reversible: functions and views are replaced, not undone.
    """
    text = (Path(module_file).resolve().parent.parent / "sql" / name).read_text()
    for word, part in parts.items():
        text = text.replace("{" + word + "}", part)
    return RunSQL(text, RunSQL.noop)
