"""Addresses of the work: feeds, triage, cases, referrals."""

urlpatterns = []
