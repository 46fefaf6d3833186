"""When people can be booked: weekly hours, extra hours, time off, holidays, limits, other calendars."""
