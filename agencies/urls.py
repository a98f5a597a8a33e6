from django.urls import path

from agencies import pages

urlpatterns = [path("", pages.agency_list, name="agencies")]
