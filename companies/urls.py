"""Desks about companies: duplicates. What people say about their pages is read in permits.pages.claims."""

from typing import Any

from django.urls import path

from companies.pages import merging

urlpatterns: list[Any] = [
    path("petugas/gabung/", merging.gather, name="companies-merge"),
]
