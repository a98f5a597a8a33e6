from django.urls import path

from reporting.pages import dashboard

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("partners.csv", dashboard.partners_csv, name="dashboard_partners_csv"),
]
