"""Addresses of cases within an account."""

from django.urls import URLPattern, path

from bookings.cases import views

urlpatterns: list[URLPattern] = [
    path("clients/<uuid:pk>/cases/new/", views.case_new, name="case_new"),
    path("clients/cases/<uuid:pk>/", views.case, name="case"),
    path("clients/cases/<uuid:pk>/edit/", views.case_edit, name="case_edit"),
    path("clients/cases/<uuid:pk>/closure/", views.case_closure, name="case_closure"),
    path("appointments/attendees/<uuid:pk>/case/", views.visit_case, name="visit_case"),
]
