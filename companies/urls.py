"""The desk for what people say about company pages."""

from typing import Any

from django.urls import path

from companies.pages import claims

urlpatterns: list[Any] = [
    path("petugas/klaim/", claims.waiting, name="claims-desk"),
    path("petugas/klaim/<str:reference>/", claims.one, name="claims-one"),
]
