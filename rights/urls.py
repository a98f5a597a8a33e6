"""Addresses of people's rights: requests, copies, holds, retention, certificates, information requests, notices."""

from django.urls import path

from rights.pages import copies, information, notices, people, requests, retention

urlpatterns = [
    path("", requests.request_list, name="rights_requests"),
    path("people/<str:reference>/", people.person, name="rights_person"),
    path("people/<str:reference>/ask/", people.ask, name="rights_ask"),
    path("people/<str:reference>/hold/", people.hold, name="rights_hold"),
    path("people/<str:reference>/information/", information.record, name="rights_information_record"),
    path("holds/<uuid:hold_id>/lift/", people.lift, name="rights_lift"),
    path("requests/<uuid:request_id>/", requests.request_page, name="rights_request"),
    path("requests/<uuid:request_id>/extend/", requests.request_extend, name="rights_extend"),
    path("requests/<uuid:request_id>/refuse/", requests.request_refuse, name="rights_refuse"),
    path("requests/<uuid:request_id>/correct/", requests.request_correct, name="rights_correct"),
    path("requests/<uuid:request_id>/finish/", requests.request_finish, name="rights_finish"),
    path("requests/<uuid:request_id>/prepare/", requests.request_prepare, name="rights_prepare"),
    path("requests/<uuid:request_id>/decide/", requests.request_decide, name="rights_decide"),
    path("requests/<uuid:request_id>/preview/", copies.preview, name="rights_preview"),
    path("requests/<uuid:request_id>/withhold/", copies.copy_withhold, name="rights_withhold"),
    path("requests/<uuid:request_id>/release/", copies.copy_release, name="rights_release"),
    path("requests/<uuid:request_id>/copy.json", copies.copy_json, name="rights_copy_json"),
    path("requests/<uuid:request_id>/copy.zip", copies.copy_files, name="rights_copy_files"),
    path(
        "requests/<uuid:request_id>/files/<uuid:document_id>/",
        copies.copy_enclose,
        name="rights_copy_enclose",
    ),
    path("requests/<uuid:request_id>/print/", copies.copy_print, name="rights_copy_print"),
    path("retention/", retention.retention, name="rights_retention"),
    path("retention/<uuid:review_id>/", retention.review, name="rights_review"),
    path("certificates/", retention.certificates, name="rights_certificates"),
    path("certificates/<int:number>/", retention.certificate, name="rights_certificate"),
    path("information/", information.register, name="rights_information"),
    path("information/export.csv", information.register_csv, name="rights_information_csv"),
    path(
        "information/<uuid:request_id>/", information.information_request, name="rights_information_request"
    ),
    path("information/<uuid:request_id>/tests/", information.tests, name="rights_information_tests"),
    path("information/<uuid:request_id>/decide/", information.decide, name="rights_information_decide"),
    path("information/<uuid:request_id>/disclose/", information.disclose, name="rights_information_disclose"),
    path("notices/", notices.notices, name="rights_notices"),
    path("notices/<uuid:notice_id>/confirm/", notices.notice_confirm, name="rights_notice_confirm"),
]
