from django.urls import path

from reporting import pages

urlpatterns = [
    path("", pages.dashboard, name="dashboard"),
    path("partners.csv", pages.partners_csv, name="dashboard_partners_csv"),
]
