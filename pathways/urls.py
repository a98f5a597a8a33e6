"""Addresses of the agreed rules: /pathways/."""

from django.urls import path

from pathways import pages

urlpatterns = [
    path("", pages.pathway_list, name="pathways"),
    path("<slug:code>/<int:number>/", pages.pathway_version, name="pathway"),
]
