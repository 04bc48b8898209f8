"""A type's versions: one draft at a time, one in use, the former ones kept as they were."""

from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.translation import gettext as _

from geoportal.accounts.models import User
from permits.definitions import Definition, DefinitionError
from permits.models import PermitType, TypeVersion, VersionState


class CannotChange(ValueError):
    """The step cannot be made; the text says why and what to do. Nothing was changed."""


def draft(kind: PermitType, *, by: User) -> TypeVersion:
    """The type's draft; where it has none, one made from the version in use, or else from the newest."""
    with transaction.atomic():
        versions = _versions(kind.pk)
        known = next((one for one in versions if one.state == VersionState.DRAFT), None)
        if known is not None:
            return known
        active = next((one for one in versions if one.state == VersionState.ACTIVE), None)
        model = active or (versions[-1] if versions else None)
        return TypeVersion.objects.create(
            type=kind,
            number=versions[-1].number + 1 if versions else 1,
            definition=model.definition if model else Definition().dump(),
            made_by=by,
        )


def change(version: TypeVersion, *, definition: Any) -> None:
    """Raises DefinitionError with every problem, or CannotChange for what is no draft any more."""
    parsed = Definition.parse(definition)
    with transaction.atomic():
        row = _locked(version)
        if row.state != VersionState.DRAFT:
            raise CannotChange(_("Only a draft can be changed. Make a new draft from the version in use."))
        row.definition = parsed.dump()
        row.save(update_fields=["definition"])
    version.refresh_from_db()


def activate(version: TypeVersion, *, by: User) -> None:
    """New applications follow it from now on; those that were filed keep the version that they have."""
    with transaction.atomic():
        row = _locked(version)
        if row.state != VersionState.DRAFT:
            raise CannotChange(_("Only a draft can be put into use; this version was in use before."))
        try:
            Definition.parse(row.definition)
        except DefinitionError as error:
            raise CannotChange("\n".join(error.problems)) from error
        for former in TypeVersion.objects.filter(type=row.type, state=VersionState.ACTIVE):
            _move(former, VersionState.RETIRED, f"retired: version {row.number} is in use", by)
        _move(row, VersionState.ACTIVE, "put into use", by)
    version.refresh_from_db()


def retire(version: TypeVersion, *, by: User) -> None:
    """Nothing new is filed under it. Retiring the version in use closes the type to new applications."""
    with transaction.atomic():
        row = _locked(version)
        if row.state == VersionState.RETIRED:
            raise CannotChange(_("This version is retired already."))
        _move(row, VersionState.RETIRED, "retired", by)
    version.refresh_from_db()


def _versions(kind_id: int) -> list[TypeVersion]:
    PermitType.objects.select_for_update().get(pk=kind_id)  # changes of one type follow each other
    return list(TypeVersion.objects.filter(type=kind_id).order_by("number"))


def _locked(version: TypeVersion) -> TypeVersion:
    return next(one for one in _versions(version.type_id) if one.pk == version.pk)


def _move(row: TypeVersion, state: VersionState, words: str, by: User) -> None:
    row.state = state
    row.save(update_fields=["state"])
    LogEntry.objects.log_actions(by.pk, [row], CHANGE, change_message=words, single_object=True)
