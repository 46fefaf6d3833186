"""Addresses of rooms and equipment, within an account."""

from django.urls import URLPattern, path

from bookings.rooms import views

urlpatterns: list[URLPattern] = [
    path("settings/rooms/", views.rooms, name="rooms"),
    path("settings/rooms/new/", views.room_new, name="room_new"),
    path("settings/rooms/<uuid:pk>/", views.room, name="room"),
    path("settings/rooms/<uuid:pk>/position/", views.room_position, name="room_position"),
    path("settings/rooms/<uuid:pk>/archive/", views.room_archive, name="room_archive"),
    path("settings/rooms/<uuid:pk>/restoration/", views.room_restoration, name="room_restoration"),
]
