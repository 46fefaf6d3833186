"""Addresses of people's time, and of bookings outside it, within an account."""

from django.urls import URLPattern, path

from bookings.hours.stranded import views as stranded
from bookings.hours.views import calendars, extra_hours, holidays, limits, time_off, weekly

urlpatterns: list[URLPattern] = [
    path("settings/hours/", weekly.overview, name="hours"),
    path(
        "settings/hours/<uuid:practitioner>/<uuid:location>/",
        weekly.hours_of,
        name="hours_of",
    ),
    path("settings/extra-hours/", extra_hours.entries, name="extra_hours"),
    path("settings/extra-hours/new/", extra_hours.new, name="extra_hours_new"),
    path("settings/extra-hours/<uuid:pk>/", extra_hours.entry, name="extra_hours_entry"),
    path("settings/time-off/", time_off.entries, name="time_off"),
    path("settings/time-off/new/", time_off.new, name="time_off_new"),
    path("settings/time-off/<uuid:pk>/", time_off.entry, name="time_off_entry"),
    path("settings/time-off/<uuid:pk>/removal/", time_off.removal, name="time_off_removal"),
    path("settings/holidays/", holidays.overview, name="holidays"),
    path("settings/holidays/<uuid:location>/", holidays.holidays_of, name="holidays_of"),
    path(
        "settings/holidays/<uuid:location>/days/",
        holidays.holiday_switch,
        name="holiday_switch",
    ),
    path("settings/calendars/", calendars.entries, name="calendars"),
    path("settings/calendars/new/", calendars.new, name="calendar_new"),
    path("settings/calendars/<uuid:pk>/reading/", calendars.reading, name="calendar_reading"),
    path("settings/calendars/<uuid:pk>/removal/", calendars.removal, name="calendar_removal"),
    path("settings/limits/", limits.overview, name="limits"),
    path("settings/limits/<uuid:practitioner>/", limits.limits_of, name="limits_of"),
    path("appointments/outside-hours/", stranded.stranded, name="stranded"),
    path(
        "settings/team/practitioners/<uuid:pk>/stop/",
        stranded.practitioner_stop,
        name="practitioner_stop",
    ),
    path("settings/locations/<uuid:pk>/stop/", stranded.location_stop, name="location_stop"),
]
