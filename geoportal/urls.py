"""The only module that knows every app."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import RedirectView
from django.views.i18n import set_language

from geoportal import installable, views
from permits.pages import files

urlpatterns = [
    path("", include("maps.urls")),
    path("", include("permits.urls")),
    path("", include("companies.urls")),
    path("", include("geoportal.accounts.urls")),
    path("keluar/", LogoutView.as_view(), name="logout"),
    # no token: public pages stay cacheable, and the worst that a forged request can do is change a language
    path("bahasa/", csrf_exempt(login_not_required(set_language)), name="set_language"),
    path("admin/login/", RedirectView.as_view(pattern_name="login", query_string=True)),
    path("admin/", admin.site.urls),
    path("berkas/<str:public_id>/<int:n>/", files.page, name="upload-page"),
    path("berkas/<str:public_id>/asli/", files.original, name="upload-original"),
    path("favicon.ico", views.favicon),
    path("manifest.webmanifest", installable.manifest, name="manifest"),
    path("pekerja.js", installable.worker, name="worker"),
    path("luring/", installable.offline, name="offline"),
    path(".well-known/assetlinks.json", installable.asset_links),
    path(".well-known/security.txt", views.security_txt),
    path("robots.txt", views.robots),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
]
