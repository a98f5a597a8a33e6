from django.urls import path

from access import pages

urlpatterns = [path("", pages.access_log, name="access_log")]
