"""Addresses of this app inside an account."""

from django.urls import URLPattern, path

from bookings.views import appointment, diary, moving, new

urlpatterns: list[URLPattern] = [
    path("diary/", diary.diary, name="diary"),
    path("diary/choice/", diary.diary_choice, name="diary_choice"),
    path("appointments/new/", new.appointment_new, name="appointment_new"),
    path("appointments/<uuid:pk>/", appointment.appointment, name="appointment"),
    path("appointments/<uuid:pk>/move/", moving.appointment_move, name="appointment_move"),
    path("appointments/<uuid:pk>/length/", moving.appointment_length, name="appointment_length"),
    path("appointments/moves/<uuid:pk>/reversal/", moving.move_reversal, name="move_reversal"),
    path(
        "appointments/attendees/<uuid:pk>/attendance/<slug:state>/",
        appointment.attendance,
        name="attendance",
    ),
    path(
        "appointments/attendees/<uuid:pk>/cancellation/",
        appointment.cancellation,
        name="cancellation",
    ),
]
