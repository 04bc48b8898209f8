"""Who sees a scan: the matrix of roles and of where the case stands or stood."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from companies.models import Membership
from geoportal.accounts.models import Substitution, User
from geoportal.accounts.roles import Role
from permits import uploads
from permits.access import cases_of, may_see
from permits.models import Application, ApplicationDocument, Upload
from permits.models import ApplicationStatus as Status
from tests import factories
from tests.permits.uploading.files import picture

pytestmark = pytest.mark.django_db
FO, OFFICIAL, BO, HEAD = Role.FRONT_OFFICE, Role.OFFICIAL, Role.BACK_OFFICE, Role.HEAD
INSPECTOR, ADMINISTRATOR = Role.INSPECTOR, Role.ADMINISTRATOR


def scan_of(application: Application, by: User | None = None) -> Upload:
    upload = uploads.receive(ContentFile(picture()), by=by or application.applicant, name="ktp.jpg")
    ApplicationDocument.objects.create(application=application, key="ktp", upload=upload)
    return upload


@pytest.mark.parametrize(
    ("status", "seen_by"),
    [
        (Status.DRAFT, set()),
        (Status.SUBMITTED, {FO}),
        (Status.ACCEPTED, {FO, OFFICIAL}),
        (Status.PROCESSING, {FO, OFFICIAL, BO}),
        (Status.SIGNING, {FO, OFFICIAL, BO, HEAD}),
        (Status.ISSUING, {FO, OFFICIAL, BO, HEAD}),
    ],
)
def test_a_scan_is_seen_by_the_roles_whose_desk_the_case_came_to(status: Status, seen_by: set[Role]) -> None:
    made = factories.draft() if status == Status.DRAFT else factories.at(status)
    scan = scan_of(made)
    assert {role for role in Role if may_see(factories.staff(role), scan)} == seen_by
    assert made.applicant is not None
    assert may_see(made.applicant, scan)
    assert not may_see(factories.applicant(), scan)


@pytest.mark.parametrize(
    ("status", "opened_by"),
    [
        (Status.SUBMITTED, {FO}),
        (Status.ACCEPTED, {FO, OFFICIAL}),
        (Status.PROCESSING, {FO, OFFICIAL, BO}),
        (Status.SIGNING, {FO, OFFICIAL, BO, HEAD}),
    ],
)
def test_a_case_and_its_pages_open_to_the_same_roles(
    client: Client, status: Status, opened_by: set[Role]
) -> None:
    made = factories.at(status)
    for role in Role:
        client.force_login(factories.staff(role))
        for page in ("case", "case-papers", "case-bill"):
            answer = client.get(reverse(page, args=[made.public_id]))
            assert answer.status_code == (200 if role in opened_by else 403), (role, page)


def test_a_substitute_opens_what_waits_for_the_head_while_the_decree_is_in_force() -> None:
    made, person = factories.at(Status.SIGNING), factories.staff(INSPECTOR)
    assert made not in cases_of(person)
    today = timezone.localdate()
    row = Substitution.objects.create(user=person, acting="Plh.", since=today, until=today, decree="1/UJI")
    assert made in cases_of(person)
    row.delete()
    assert made not in cases_of(person)


def test_a_case_opens_its_own_scans_and_no_others() -> None:
    with_official, with_front_office = factories.at(Status.ACCEPTED), factories.at(Status.SUBMITTED)
    official = factories.staff(OFFICIAL)
    assert may_see(official, scan_of(with_official))
    assert not may_see(official, scan_of(with_front_office))


def test_whoever_a_case_is_assigned_to_sees_it_while_they_work_here() -> None:
    made = factories.at(Status.SUBMITTED)
    scan, inspector = scan_of(made), factories.staff(INSPECTOR)
    Application.objects.filter(pk=made.pk).update(assigned_to=inspector)
    assert may_see(inspector, scan)
    inspector.roles = []
    assert not may_see(inspector, scan)


def test_an_upload_that_belongs_to_no_application_is_its_owners_alone() -> None:
    clerk = factories.staff(FO)
    upload = uploads.receive(ContentFile(picture()), by=clerk, name="a.jpg")
    assert may_see(clerk, upload)
    assert not any(may_see(factories.staff(role), upload) for role in Role)


def test_a_scan_used_again_is_seen_with_the_later_case() -> None:
    first, later = factories.draft(), factories.at(Status.SUBMITTED)
    scan, clerk = scan_of(first), factories.staff(FO)
    assert not may_see(clerk, scan)
    ApplicationDocument.objects.create(application=later, key="ktp", upload=scan)
    assert may_see(clerk, scan)


def test_members_of_the_company_see_what_was_filed_for_it() -> None:
    made, colleague = factories.draft(), factories.applicant()
    scan = scan_of(made)
    company = factories.company()
    Application.objects.filter(pk=made.pk).update(company=company)
    assert not may_see(colleague, scan)
    Membership.objects.create(company=company, user=colleague)
    assert may_see(colleague, scan)
