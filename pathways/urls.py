"""Addresses of the agreed rules: /pathways/."""

from django.urls import path

from pathways.pages import life, versions

VERSION = "<slug:code>/<int:number>/"

urlpatterns = [
    path("", versions.pathway_list, name="pathways"),
    path("new-pathway/", life.pathway_new, name="pathway_new"),
    path("<slug:code>/terms/", life.pathway_terms, name="pathway_terms"),
    path("<slug:code>/draft/", life.pathway_draft, name="pathway_draft"),
    path(VERSION, versions.pathway_version, name="pathway"),
    path(f"{VERSION}propose/", life.pathway_propose, name="pathway_propose"),
    path(f"{VERSION}emergency/", life.pathway_emergency, name="pathway_emergency"),
    path(f"{VERSION}answer/", life.pathway_answer, name="pathway_answer"),
    path(f"{VERSION}withdraw/", life.pathway_withdraw, name="pathway_withdraw"),
    path(f"{VERSION}retire/", life.pathway_retire, name="pathway_retire"),
    path(f"{VERSION}discard/", life.pathway_discard, name="pathway_discard"),
]
