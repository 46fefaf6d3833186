"""Addresses of the floor."""

from django.urls import path

from config.bench.floor import views

urlpatterns = [
    path("", views.bare),
    path("rows/<int:count>/", views.rows),
    path("diary/<str:first>/<str:last>/", views.diary),
    path("slots/<int:practitioner>/<str:first>/<str:last>/", views.slots),
    path("found/", views.found),
]
