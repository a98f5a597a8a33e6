"""What agencies' systems ask about pathways: /api/v1/pathways/."""

from django.urls import path

from reporting.api import NewestDryRun

urlpatterns = [
    path("pathways/<slug:code>/<int:number>/dry-run/", NewestDryRun.as_view(), name="api_dry_run"),
]
