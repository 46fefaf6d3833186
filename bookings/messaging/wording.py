"""The words of each message: the product's or the practice's own, with placeholders from a fixed list.

Placeholders are replaced as they stand, by what the booking says; no template language is evaluated. They name the
practice, time and place: no service, no practitioner, no client. Somebody who stands by a client reads by the name the
client is called whom it is about; a notice of sharing names who may do more. A line whose placeholder has nothing to
say is left out. In a text message, where each sign counts, they say the same in fewer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import AccountAnchor, Location
from accounts.templatetags.keepwell import brief, when, zone_words
from bookings.messaging.defaults import ABOUT, GRANTS, WORDS
from bookings.messaging.enclosing import enclosed
from bookings.messaging.heard import known_start
from bookings.messaging.links import (
    OFFER,
    PLACE,
    absolute,
    manage_url,
    sealed_id,
    short_manage_url,
)
from bookings.messaging.more_dates import more_dates
from bookings.messaging.sms_length import plain
from bookings.messaging.topics import topic_of
from bookings.models import Appointment, Message, MessageTemplate
from clients.models import Relationship
from privacy.vocabulary import clock

Category, Channel = Message.Category, Message.Channel
PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")

MEANINGS: dict[str, Promise] = {
    "practice": lazy("the practice’s name"),
    "when": lazy("day and time"),
    "zone": lazy("whose time that is: “Sydney time”"),
    "place": lazy("name and address of the location"),
    "phone": lazy("the location’s phone number"),
    "manage_link": lazy("where the booking is seen, changed or cancelled"),
    "book_link": lazy("your booking page"),
    "answer_by": lazy("when the answer is due"),
    "change_until": lazy("until when it can be changed or cancelled online"),
    "offer_link": lazy("where the offered time is taken"),
    "form_link": lazy("where the form is filled in"),
    "code": lazy("the code, six digits"),
    "more_dates": lazy("the other dates of a series, when there are any"),
    "before": lazy("when it was before, as far as the client knows"),
    "enclosed": lazy("what is attached of what they agreed to, when there is something"),
    "who": lazy("who may do more from now on"),
    "shared": lazy("what they may do"),
    "list_link": lazy("where the place on the waiting list is seen and given up"),
}
_EVERYWHERE = ("practice", "when", "zone", "place", "phone", "book_link")
_OF_A_PLACE = (*_EVERYWHERE, "manage_link")
_BOOKED = (*_OF_A_PLACE, "change_until")
_OF_A_FORM = ("practice", "phone", "answer_by", "form_link")
PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    Category.CONFIRMATION: (*_BOOKED, "more_dates", "enclosed"),
    Category.REMINDER: _BOOKED,
    Category.CHANGE: (*_BOOKED, "more_dates", "before"),
    Category.CANCELLATION: (*_EVERYWHERE, "more_dates"),
    Category.REQUEST: (*_OF_A_PLACE, "answer_by", "enclosed"),
    Category.DECLINED: _EVERYWHERE,
    Category.OFFER: (*_EVERYWHERE, "answer_by", "offer_link"),
    Category.JOINED: ("practice", "phone", "book_link", "list_link"),
    Category.SHARING: ("practice", "who", "shared", "phone"),
    Category.FORM: _OF_A_FORM,
    Category.FORM_REMINDER: _OF_A_FORM,
    Category.CODE: ("practice", "phone", "code"),
}
NEEDED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(PLACEHOLDERS, ("when",)),
    Category.OFFER: ("when", "offer_link"),
    Category.JOINED: ("list_link",),
    Category.SHARING: ("who", "shared"),
    Category.FORM: ("form_link",),
    Category.FORM_REMINDER: ("form_link",),
    Category.CODE: ("code",),
}


@dataclass(frozen=True, slots=True)
class Words:
    """A subject (empty for text messages) and a text, with or without placeholders."""

    subject: str
    body: str


def words_for(category: str, channel: str, language: str) -> Words:
    """Return what the practice says in a message of a kind, with placeholders; the product's words by default.

    The practice's words without a language are in its own: someone who reads another gets the product's.
    """
    own = language == settings.LANGUAGE_CODE
    row = (
        MessageTemplate.objects.filter(
            category=category, channel=channel, language__in=[language, *([""] if own else [])]
        )
        .order_by("-language")
        .first()
    )
    if row is not None:
        return Words(row.subject, row.body)
    return default_words(category, channel, language)


def default_words(category: str, channel: str, language: str) -> Words:
    """Return the product's own words in a language, with placeholders."""
    with translation.override(language):
        subject, body = WORDS[category, channel]
        return Words(str(subject), str(body))


def written(message: Message, account: AccountAnchor) -> Words:
    """Return a message in its language as the booking stands now."""
    with translation.override(message.language or settings.LANGUAGE_CODE):
        words = words_for(
            message.category, message.channel, message.language or settings.LANGUAGE_CODE
        )
        said = filled(words, facts(message, account))
        said = said if message.via is None else _to_another(said, message)
    return Words("", plain(said.body)) if message.channel == Channel.SMS else said


def filled(words: Words, known: Mapping[str, str]) -> Words:
    """Return words with every placeholder replaced, once: what is put in is never read again."""
    subject = " ".join(_line(words.subject, known).split())
    lines = [line for line in words.body.splitlines() if _has_all(line, known)]
    text = "\n".join(_line(line, known) for line in lines)
    return Words(subject, re.sub(r"\n{3,}", "\n\n", text).strip())


def unknown(text: str, category: str) -> list[str]:
    """Return what stands in braces in a text and isn't a placeholder of its kind of message."""
    return [name for name in PLACEHOLDER.findall(text) if name not in PLACEHOLDERS[category]]


def facts(message: Message, account: AccountAnchor) -> dict[str, str]:
    """Return what each placeholder stands for."""
    known = {"practice": account.name, "book_link": absolute(account.url("book"))}
    if topic := topic_of(message):
        known |= {"phone": _phone(), **topic.facts(message, account)}
    elif message.category == Category.SHARING:
        known |= _of_sharing(message)
    elif message.entry:
        known |= _of_entry(message, account)
    elif message.offer:
        known |= _of_offer(message, account)
    else:
        known |= _of_place(message, account)
    return {name: str(known[name]) for name in PLACEHOLDERS[message.category]}


def _of_entry(message: Message, account: AccountAnchor) -> dict[str, str]:
    link = account.url("waiting_place", sealed_id(PLACE, message.entry.pk))
    return {"list_link": absolute(link), "phone": _phone()}


def _of_sharing(message: Message) -> dict[str, str]:
    """Return what a notice says: who may do what as of now, and whom to call about it."""
    about: Relationship = message.about
    who = about.other.full_name if about.other else about.contact.name
    granted = [str(words) for name, words in GRANTS.items() if getattr(about, name)]
    is_text = message.channel == Channel.SMS
    shared = ", ".join(granted) if is_text else "\n".join(f"- {words}" for words in granted)
    return {"who": who, "shared": shared, "phone": _phone()}


def _of_offer(message: Message, account: AccountAnchor) -> dict[str, str]:
    offer, say = message.offer, _times(message.channel)
    place: Location = offer.location
    return {
        "when": say(offer.starts_at, place.time_zone),
        "zone": zone_words(place.time_zone),
        "place": _place(place, message.channel),
        "phone": place.phone,
        "answer_by": say(offer.expires_at, place.time_zone),
        "offer_link": absolute(account.url("waiting_offer", sealed_id(OFFER, offer.pk))),
    }


def _of_place(message: Message, account: AccountAnchor) -> dict[str, str]:
    attendee, say = message.attendee, _times(message.channel)
    appointment: Appointment = attendee.appointment
    is_over = message.category == Category.CANCELLATION
    start = known_start(attendee) if is_over else appointment.starts_at
    before = known_start(attendee, before=message.sequence)
    link = short_manage_url if message.channel == Channel.SMS else manage_url
    zone = appointment.time_zone
    return {
        "when": say(start, zone),
        "zone": zone_words(zone),
        "place": _place(appointment.location, message.channel),
        "phone": appointment.location.phone,
        "answer_by": say(appointment.answer_by, zone),
        "manage_link": link(account, attendee),
        "change_until": _change_until(appointment, say),
        "more_dates": more_dates(message),
        "before": say(before, zone) if before != start else "",
        "enclosed": enclosed(message),
    }


def sample(
    category: str, channel: str, account: AccountAnchor, place: Location | None
) -> dict[str, str]:
    """Return what the placeholders of a kind could stand for, for a preview: next week, at the practice's place."""
    zone = place.time_zone if place else "UTC"
    start = (clock.now() + timedelta(days=7)).replace(hour=0, minute=0)
    book, say = absolute(account.url("book")), _times(channel)
    # As long as a real one, and good for nothing
    token = sealed_id("bookings.sample", UUID(int=0))
    manage = "booking_short" if channel == Channel.SMS else "booking"
    known = {
        "practice": account.name,
        "when": say(start, zone),
        "zone": zone_words(zone),
        "place": _place(place, channel) if place else _("Your location"),
        "phone": place.phone if place else "",
        "book_link": book,
        "answer_by": say(start - timedelta(days=2), zone),
        "change_until": say(start - timedelta(days=1), zone),
        "manage_link": absolute(account.url(manage, token)),
        "offer_link": absolute(account.url("waiting_offer", token)),
        "list_link": absolute(account.url("waiting_place", token)),
        "form_link": f"{book}forms/{token}/",
        "code": "123456",
        "more_dates": "",
        "before": say(start - timedelta(days=1), zone),
        "enclosed": "",
        "who": "Alex Kim",
        "shared": ", ".join(str(words) for words in GRANTS.values()),
    }
    return {name: str(known[name]) for name in PLACEHOLDERS[category]}


def _to_another(words: Words, message: Message) -> Words:
    """Begin a message to somebody who stands by a client with whom it is about, by the name they are called."""
    name = message.client.called
    if message.channel == Channel.SMS:
        return Words("", f"{name}: {words.body}")
    return Words(words.subject, "\n\n".join((str(ABOUT).format(name=name), words.body)))


def _times(channel: str) -> Callable[[datetime | None, str], str]:
    """Return how a channel writes times: a text message does without the year where nobody could take another."""
    return brief if channel == Channel.SMS else when


def _change_until(appointment: Appointment, say: Callable[[datetime | None, str], str]) -> str:
    """Return until when people change or cancel by themselves, "" once that is over."""
    until = appointment.starts_at - timedelta(minutes=appointment.cancel_notice_minutes)
    return say(until, appointment.time_zone) if until > clock.now() else ""


def _place(location: Location, channel: str) -> str:
    """Return the location's name and address in one line; in a text message the name alone."""
    parts = (location.name, "" if channel == Channel.SMS else location.address)
    return ", ".join(part for part in parts if part)


def _phone() -> str:
    """Return the practice's number: that of its first location which has one."""
    first = Location.objects.filter(archived_at=None).exclude(phone="").order_by("id").first()
    return first.phone if first else ""


def _has_all(line: str, known: Mapping[str, str]) -> bool:
    return all(known.get(name, "-") for name in PLACEHOLDER.findall(line))


def _line(text: str, known: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), text)
