"""Addresses of the agreed rules: /pathways/."""

from django.urls import path

from pathways.pages import challenges, draft, instruments, life, services, versions

VERSION = "<slug:code>/<int:number>/"

INSTRUMENT = "instruments/<slug:code>/"

urlpatterns = [
    path("instruments/", instruments.instrument_list, name="instruments"),
    path("instruments/new/", instruments.instrument_new, name="instrument_new"),
    path(f"{INSTRUMENT}<int:edition>/", instruments.instrument, name="instrument"),
    path(f"{INSTRUMENT}<int:edition>/preview/", instruments.instrument_preview, name="instrument_preview"),
    path(f"{INSTRUMENT}draft/", instruments.instrument_draft, name="instrument_draft"),
    path(f"{INSTRUMENT}draft/arrange/", instruments.instrument_arrange, name="instrument_arrange"),
    path(f"{INSTRUMENT}draft/words/", instruments.instrument_words, name="instrument_words"),
    path(f"{INSTRUMENT}draft/item/<slug:item>/", instruments.instrument_item, name="instrument_item"),
    path(
        f"{INSTRUMENT}draft/section/<int:place>/", instruments.instrument_section, name="instrument_section"
    ),
    path(f"{INSTRUMENT}draft/scoring/", instruments.instrument_scoring, name="instrument_scoring"),
    path(f"{INSTRUMENT}draft/trigger/", instruments.instrument_trigger, name="instrument_trigger"),
    path(f"{INSTRUMENT}draft/publish/", instruments.instrument_publish, name="instrument_publish"),
    path(f"{INSTRUMENT}draft/discard/", instruments.instrument_discard, name="instrument_discard"),
    path("", versions.pathway_list, name="pathways"),
    path("new-pathway/", life.pathway_new, name="pathway_new"),
    path("services/<uuid:service_id>/", services.pathway_service, name="pathway_service"),
    path("challenges/<uuid:challenge_id>/", challenges.pathway_challenge, name="pathway_challenge"),
    path("<slug:code>/terms/", life.pathway_terms, name="pathway_terms"),
    path("<slug:code>/draft/", life.pathway_draft, name="pathway_draft"),
    path(VERSION, versions.pathway_version, name="pathway"),
    path(f"{VERSION}edit/", draft.pathway_edit, name="pathway_edit"),
    path(f"{VERSION}edit/title/", draft.pathway_edit_title, name="pathway_edit_title"),
    path(f"{VERSION}edit/assessment/", draft.pathway_edit_assessment, name="pathway_edit_assessment"),
    path(f"{VERSION}edit/arrange/", draft.pathway_edit_arrange, name="pathway_edit_arrange"),
    path(f"{VERSION}edit/route/<slug:place>/", draft.pathway_edit_route, name="pathway_edit_route"),
    path(f"{VERSION}edit/rule/<slug:place>/", draft.pathway_edit_rule, name="pathway_edit_rule"),
    path(f"{VERSION}edit/import/", draft.pathway_import, name="pathway_import"),
    path(f"{VERSION}yaml/", draft.pathway_export, name="pathway_export"),
    path(f"{VERSION}since/<int:other>/", draft.pathway_compare, name="pathway_compare"),
    path(f"{VERSION}propose/", life.pathway_propose, name="pathway_propose"),
    path(f"{VERSION}emergency/", life.pathway_emergency, name="pathway_emergency"),
    path(f"{VERSION}answer/", life.pathway_answer, name="pathway_answer"),
    path(f"{VERSION}withdraw/", life.pathway_withdraw, name="pathway_withdraw"),
    path(f"{VERSION}retire/", life.pathway_retire, name="pathway_retire"),
    path(f"{VERSION}discard/", life.pathway_discard, name="pathway_discard"),
]
