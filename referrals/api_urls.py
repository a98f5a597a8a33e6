from django.contrib.auth.decorators import login_not_required
from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView

from referrals.api import capacity, disputes, documents, intake, messages, research, sent, views

urlpatterns = [
    path("schema/", login_not_required(SpectacularJSONAPIView.as_view()), name="api_schema"),
    path("intake/", intake.Intake.as_view(), name="api_intake"),
    path("intake/<int:number>/", intake.IntakeRun.as_view(), name="api_intake_run"),
    path("intake/sent/", sent.Sent.as_view(), name="api_sent"),
    path("capacity/", capacity.Capacity.as_view(), name="api_capacity"),
    path("conferences/questions/", research.ConferenceQuestions.as_view(), name="api_conference_questions"),
    path(
        "conferences/questions/<uuid:research_id>/answer/",
        research.ConferenceAnswer.as_view(),
        name="api_conference_answer",
    ),
    path("changes/", views.Changes.as_view(), name="api_changes"),
    path("referrals/", views.Referrals.as_view(), name="api_referrals"),
    path("referrals/<uuid:referral_id>/", views.ReferralDetail.as_view(), name="api_referral"),
    path("referrals/<uuid:referral_id>/actions/", views.ReferralMoves.as_view(), name="api_actions"),
    path("referrals/<uuid:referral_id>/messages/", messages.Messages.as_view(), name="api_messages"),
    path(
        "referrals/<uuid:referral_id>/documents/<uuid:document_id>/",
        documents.ReferralDocument.as_view(),
        name="api_document",
    ),
    path("referrals/<uuid:referral_id>/dispute/", disputes.ReferralDispute.as_view(), name="api_dispute"),
    *(
        path(f"referrals/<uuid:referral_id>/{word}/", door.as_view(), name=f"api_{word}")
        for word, (_, door, _) in views.MOVES.items()
    ),
]
