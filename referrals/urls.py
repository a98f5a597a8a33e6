"""Addresses of the work: feeds, triage, cases, referrals."""

from django.urls import path

from referrals.pages import assess, case, case_verbs, consent, feeds, triage

urlpatterns = [
    path("feeds/", feeds.feed_list, name="feeds"),
    path("feeds/quarantine/", feeds.quarantine, name="quarantine"),
    path("feeds/quarantine/export.csv", feeds.quarantine_export, name="quarantine_export"),
    path("feeds/<int:number>/", feeds.feed_run, name="feed_run"),
    path("feeds/<int:number>/progress/", feeds.feed_run_progress, name="feed_run_progress"),
    path("feeds/<int:number>/export.csv", feeds.feed_run_export, name="feed_run_export"),
    path("triage/", triage.triage, name="triage"),
    path("triage/new/", triage.triage_new, name="triage_new"),
    path("triage/claim/", triage.triage_claim, name="triage_claim"),
    path("triage/next/", triage.triage_next, name="triage_next"),
    path("cases/", triage.my_cases, name="my_cases"),
    path("cases/<str:reference>/", case.case, name="case"),
    path("cases/<str:reference>/contact/", case.case_contact, name="case_contact"),
    path("cases/<str:reference>/finish/", case.case_finish, name="case_finish"),
    path("cases/<str:reference>/claim/", case_verbs.case_claim, name="case_claim"),
    path("cases/<str:reference>/release/", case_verbs.case_release, name="case_release"),
    path("cases/<str:reference>/assign/", case_verbs.case_assign, name="case_assign"),
    path("cases/<str:reference>/entitlement/", case_verbs.case_entitlement, name="case_entitlement"),
    path("cases/<str:reference>/retriage/", case_verbs.case_retriage, name="case_retriage"),
    path("cases/<str:reference>/safety/letters/", case_verbs.case_safety, name="case_letters"),
    path("cases/<str:reference>/safety/<uuid:method>/", case_verbs.case_safety, name="case_safety"),
    path("cases/<str:reference>/suspend/", case_verbs.case_suspend, name="case_suspend"),
    path("cases/<str:reference>/resume/", case_verbs.case_resume, name="case_resume"),
    path("cases/<str:reference>/close/", case_verbs.case_close, name="case_close"),
    path("cases/<str:reference>/needs/", assess.case_needs, name="case_needs"),
    path("cases/<str:reference>/risk/", assess.case_risk, name="case_risk"),
    path(
        "cases/<str:reference>/assessments/<uuid:assessment_id>/",
        assess.case_assessment,
        name="case_assessment",
    ),
    path("cases/<str:reference>/consent/", consent.case_consent, name="case_consent"),
    path(
        "cases/<str:reference>/suggestions/<uuid:suggestion>/",
        case_verbs.case_suggestion,
        name="case_suggestion",
    ),
]
