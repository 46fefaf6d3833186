"""Addresses of the diary, its appointments and what waits for an answer, within an account."""

from django.urls import URLPattern, path

from bookings.diary.views import (
    appointment,
    diary,
    groups,
    lengthening,
    moving,
    new,
    requests,
    room,
    series,
)

urlpatterns: list[URLPattern] = [
    path("diary/", diary.diary, name="diary"),
    path("diary/news/", diary.diary_news, name="diary_news"),
    path("diary/paper/", diary.diary_paper, name="diary_paper"),
    path("diary/choice/", diary.diary_choice, name="diary_choice"),
    path("appointments/new/", new.appointment_new, name="appointment_new"),
    path("appointments/<uuid:pk>/", appointment.appointment, name="appointment"),
    path("appointments/<uuid:pk>/move/", moving.appointment_move, name="appointment_move"),
    path(
        "appointments/<uuid:pk>/length/", lengthening.appointment_length, name="appointment_length"
    ),
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
    path("appointments/<uuid:pk>/places/new/", groups.session_place, name="session_place"),
    path(
        "appointments/<uuid:pk>/session-cancellation/",
        groups.session_cancellation,
        name="session_cancellation",
    ),
    path("appointments/<uuid:pk>/series/", series.series_change, name="series_change"),
    path(
        "appointments/<uuid:pk>/series/cancellation/",
        series.series_cancellation,
        name="series_cancellation",
    ),
    path("requests/", requests.requests_to_answer, name="requests"),
    path("requests/visits/", requests.visits_to_settle, name="visits"),
    path("requests/<uuid:pk>/acceptance/", requests.request_acceptance, name="request_acceptance"),
    path("requests/<uuid:pk>/refusal/", requests.request_refusal, name="request_refusal"),
    path("appointments/<uuid:pk>/room/", room.appointment_room, name="appointment_room"),
]
