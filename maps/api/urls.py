from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from maps.api import statistics, validate, views

# its scripts and styles come as files of ours
docs = SpectacularSwaggerSplitView.as_view(url_name="api-schema", template_name="maps/api_docs.html")

urlpatterns = [
    path("v1/permits/", views.Permits.as_view(), name="api-permits"),
    path("v1/permits/<str:public_id>/", views.PermitDetail.as_view(), name="api-permit"),
    path("v1/companies/", views.Companies.as_view(), name="api-companies"),
    path("v1/companies/<slug:slug>/", views.CompanyDetail.as_view(), name="api-company"),
    path("v1/commodities/", views.Commodities.as_view(), name="api-commodities"),
    path("v1/permit-types/", views.PermitTypes.as_view(), name="api-permit-types"),
    path("v1/zones/", views.Zones.as_view(), name="api-zones"),
    path("v1/statistics/", statistics.Statistics.as_view(), name="api-statistics"),
    path("v1/search/", views.Search.as_view(), name="api-search"),
    path("v1/validate/", validate.ValidateFile.as_view(), name="api-validate-file"),
    path("v1/validate/<str:seal_id>/", validate.Validate.as_view(), name="api-validate"),
    # an address that is none is told as a program reads it
    path("v1/<path:unknown>/", views.Unknown.as_view()),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", docs, name="api-docs"),
]
