"""Addresses of the set-up and of the settings of services and hours, within an account."""

from django.urls import URLPattern, path

from bookings import hours_views, settings_views, setup_views
from bookings.public import settings as page_settings
from bookings.rooms import views as rooms
from bookings.stranded import views as outside
from bookings.times.views import calendars, extra_hours, holidays, limits, time_off

urlpatterns: list[URLPattern] = [
    path("setup/", setup_views.start, name="setup"),
    path("setup/place/", setup_views.place, name="setup_place"),
    path("setup/hours/", setup_views.hours, name="setup_hours"),
    path("setup/hours/practitioner/", setup_views.practise, name="setup_practise"),
    path("setup/service/", setup_views.service, name="setup_service"),
    path("setup/done/", setup_views.done, name="setup_done"),
    path("settings/services/", settings_views.services, name="services"),
    path("settings/services/new/", settings_views.service_new, name="service_new"),
    path("settings/services/<uuid:pk>/", settings_views.service, name="service"),
    path(
        "settings/services/<uuid:pk>/position/",
        settings_views.service_position,
        name="service_position",
    ),
    path(
        "settings/services/<uuid:pk>/archive/",
        settings_views.service_archive,
        name="service_archive",
    ),
    path("settings/booking-page/", page_settings.booking_page, name="booking_page"),
    path("settings/booking-page/policy/", page_settings.booking_policy, name="booking_policy"),
    path("settings/hours/", hours_views.overview, name="hours"),
    path(
        "settings/hours/<uuid:practitioner>/<uuid:location>/",
        hours_views.hours_of,
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
    path("settings/rooms/", rooms.rooms, name="rooms"),
    path("settings/rooms/new/", rooms.room_new, name="room_new"),
    path("settings/rooms/<uuid:pk>/", rooms.room, name="room"),
    path("settings/rooms/<uuid:pk>/position/", rooms.room_position, name="room_position"),
    path("settings/rooms/<uuid:pk>/archive/", rooms.room_archive, name="room_archive"),
    path("settings/rooms/<uuid:pk>/restoration/", rooms.room_restoration, name="room_restoration"),
    path("appointments/outside-hours/", outside.stranded, name="stranded"),
    path(
        "settings/team/practitioners/<uuid:pk>/stop/",
        outside.practitioner_stop,
        name="practitioner_stop",
    ),
    path("appointments/<uuid:pk>/room/", rooms.appointment_room, name="appointment_room"),
]
