"""Desks about companies: what people say about their pages, and duplicates."""

from typing import Any

from django.urls import path

from companies.pages import claims, merging

urlpatterns: list[Any] = [
    path("petugas/klaim/", claims.waiting, name="claims-desk"),
    path("petugas/klaim/<str:reference>/", claims.one, name="claims-one"),
    path("petugas/klaim/<str:reference>/bukti/", claims.proof, name="claims-proof"),
    path("petugas/klaim/<str:reference>/bukti/<int:n>/", claims.proof_page, name="claims-proof-page"),
    path("petugas/gabung/", merging.gather, name="companies-merge"),
]
