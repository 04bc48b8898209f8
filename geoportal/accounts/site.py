from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from geoportal.accounts.models import User


class OfficeSite(AdminSite):
    """The administration, open to every role of the office; what a role sees there: accounts.rights."""

    site_header = site_title = _("SAKPORE administration")
    index_title = _("Records of the office")
    site_url = "/petugas/"

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return super().has_permission(request) or (isinstance(user, User) and user.works_here)
