"""Addresses of the partners' API about people's rights."""

from django.urls import path

from rights import api

urlpatterns = [
    path("notices/", api.Notices.as_view(), name="api_notices"),
    path("notices/<uuid:notice_id>/confirm/", api.NoticeConfirm.as_view(), name="api_notice_confirm"),
]
