"""Addresses of what is seen from above: the dashboard, and dry runs beside the pathways that they rehearse."""

from django.urls import path

from reporting.pages import dashboard, dry_run, moved_cases

VERSION = "pathways/<slug:code>/<int:number>"

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/partners.csv", dashboard.partners_csv, name="dashboard_partners_csv"),
    path(f"{VERSION}/dry-run/", dry_run.dry_runs, name="pathway_dry_runs"),
    path(f"{VERSION}/dry-run/<uuid:run_id>/", dry_run.dry_run, name="pathway_dry_run"),
    path(f"{VERSION}/dry-run/<uuid:run_id>/export.csv", dry_run.dry_run_csv, name="pathway_dry_run_csv"),
    path(f"{VERSION}/dry-run/<uuid:run_id>/cases/", moved_cases.moved_cases, name="pathway_dry_run_cases"),
    path(
        f"{VERSION}/dry-run/<uuid:run_id>/cases.csv",
        moved_cases.moved_cases_csv,
        name="pathway_dry_run_cases_csv",
    ),
]
