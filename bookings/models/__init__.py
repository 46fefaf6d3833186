"""Services, hours, appointments and what is said about them; who attends stands on an attendee row of its own."""

from bookings.models.appointments import (
    Appointment,
    Attendee,
    BusyRange,
    Hold,
    Move,
    ResourceUse,
    Series,
)
from bookings.models.diary import (
    DiaryChoice,
)
from bookings.models.messages import (
    Message,
    MessageSettings,
    MessageTemplate,
)
from bookings.models.page import (
    BookingPage,
    BookingPolicy,
)
from bookings.models.recalls import Recall, RecallType
from bookings.models.services import (
    Resource,
    Service,
    ServiceNeed,
    ServiceOffer,
)
from bookings.models.times import (
    Absence,
    BookingLimits,
    BusyCalendar,
    BusyTime,
    ExtraHours,
    HolidayCalendar,
    OpenHoliday,
    WeeklyHours,
)
from bookings.models.waiting import (
    FreedTime,
    WaitingChoices,
    WaitingEntry,
    WaitingOffer,
    WaitingWish,
)

__all__ = [
    "Absence",
    "Appointment",
    "Attendee",
    "BookingLimits",
    "BookingPage",
    "BookingPolicy",
    "BusyCalendar",
    "BusyRange",
    "BusyTime",
    "DiaryChoice",
    "ExtraHours",
    "FreedTime",
    "Hold",
    "HolidayCalendar",
    "Message",
    "MessageSettings",
    "MessageTemplate",
    "Move",
    "OpenHoliday",
    "Recall",
    "RecallType",
    "Resource",
    "ResourceUse",
    "Series",
    "Service",
    "ServiceNeed",
    "ServiceOffer",
    "WaitingChoices",
    "WaitingEntry",
    "WaitingOffer",
    "WaitingWish",
    "WeeklyHours",
]
