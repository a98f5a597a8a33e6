"""Addresses of the agreed rules: /pathways/."""

from django.urls import path

from pathways.pages import versions

urlpatterns = [
    path("", versions.pathway_list, name="pathways"),
    path("<slug:code>/<int:number>/", versions.pathway_version, name="pathway"),
]
