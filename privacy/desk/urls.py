"""Addresses of the request desk inside an account."""

from django.urls import URLPattern, path

from privacy.desk import views

urlpatterns: list[URLPattern] = [
    path("desk/", views.desk, name="desk"),
    path("desk/law/", views.desk_law, name="desk_law"),
    path("desk/new/", views.desk_new, name="desk_new"),
    path("desk/<uuid:pk>/", views.desk_case, name="desk_case"),
    path("desk/<uuid:pk>/person/", views.desk_person, name="desk_person"),
    path("desk/<uuid:pk>/turns/<slug:turn>/", views.desk_turn, name="desk_turn"),
    path("desk/<uuid:pk>/steps/<slug:name>/", views.desk_step, name="desk_step"),
    path("desk/<uuid:pk>/recipients/<uuid:telling_pk>/", views.desk_telling, name="desk_telling"),
    path("desk/<uuid:pk>/certificate.json", views.desk_certificate, name="desk_certificate"),
]
