"""The words of each message: the product's or the practice's own, with placeholders from a fixed list.

Placeholders are replaced as they stand, by what the booking says; no template language is evaluated. They name the
practice, time and place: no service, no practitioner, no client. Somebody who stands by a client reads by the name the
client is called whom it is about; a notice of sharing names who may do more. A line whose placeholder has nothing to
say is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.entry import page_url
from accounts.models import AccountAnchor, Location
from accounts.templatetags.keepwell import when
from bookings.messaging.calendar_entry import place_of
from bookings.messaging.defaults import ABOUT, GRANTS, WORDS
from bookings.messaging.links import absolute, manage_url, sealed_id
from bookings.messaging.more_dates import more_dates
from bookings.models import Appointment, Message, MessageTemplate
from clients.models import Relationship
from privacy.vocabulary import clock

Category, Channel = Message.Category, Message.Channel
OFFER_LINK = "bookings.offer"
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
    "more_dates": lazy("the other dates of a series, when there are any"),
    "who": lazy("who may do more from now on"),
    "shared": lazy("what they may do"),
}
_EVERYWHERE = ("practice", "when", "zone", "place", "phone", "book_link")
_OF_A_PLACE = (*_EVERYWHERE, "manage_link")
_BOOKED = (*_OF_A_PLACE, "change_until")
PLACEHOLDERS: dict[str, tuple[str, ...]] = {
    Category.CONFIRMATION: (*_BOOKED, "more_dates"),
    Category.REMINDER: _BOOKED,
    Category.CHANGE: (*_BOOKED, "more_dates"),
    Category.CANCELLATION: (*_EVERYWHERE, "more_dates"),
    Category.REQUEST: (*_OF_A_PLACE, "answer_by"),
    Category.DECLINED: _EVERYWHERE,
    Category.OFFER: (*_EVERYWHERE, "answer_by", "offer_link"),
    Category.SHARING: ("practice", "who", "shared", "phone"),
}
NEEDED: dict[str, tuple[str, ...]] = dict.fromkeys(PLACEHOLDERS, ("when",)) | {
    Category.OFFER: ("when", "offer_link"),
    Category.SHARING: ("who", "shared"),
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
        return said if message.via is None else _to_another(said, message)


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
    if message.category == Category.SHARING:
        return _of_sharing(message, account)
    about = message.offer or message.attendee.appointment
    zone = about.location.time_zone if message.offer else about.time_zone
    answer_by = message.offer.expires_at if message.offer else about.answer_by
    known = {
        "practice": account.name,
        "when": when(about.starts_at, zone),
        "zone": zone_words(zone),
        "place": place_of(message.attendee) if message.attendee else _place(about.location),
        "phone": about.location.phone,
        "book_link": absolute(account.url("book")),
        "answer_by": when(answer_by, zone),
        "manage_link": manage_url(account, message.attendee) if message.attendee else "",
        "change_until": _change_until(about) if message.attendee else "",
        "offer_link": "",
        "more_dates": more_dates(message),
    }
    if message.offer:
        page = page_url(account, "waiting_offer", sealed_id(OFFER_LINK, message.offer.pk))
        known["offer_link"] = absolute(page) if page else known["book_link"]
    return {name: str(known[name]) for name in PLACEHOLDERS[message.category]}


def _of_sharing(message: Message, account: AccountAnchor) -> dict[str, str]:
    """Return what a notice says: who may do what as of now, and whom to call about it."""
    about: Relationship = message.about
    who = about.other.full_name if about.other else about.contact.name
    granted = [str(words) for name, words in GRANTS.items() if getattr(about, name)]
    is_text = message.channel == Channel.SMS
    shared = ", ".join(granted) if is_text else "\n".join(f"- {words}" for words in granted)
    place = Location.objects.filter(archived_at=None).order_by("id").first()
    phone = place.phone if place else ""
    return {"practice": account.name, "who": who, "shared": shared, "phone": phone}


def _to_another(words: Words, message: Message) -> Words:
    """Begin a message to somebody who stands by a client with whom it is about, by the name they are called."""
    name = message.client.called
    if message.channel == Channel.SMS:
        return Words("", f"{name}: {words.body}")
    return Words(words.subject, "\n\n".join((str(ABOUT).format(name=name), words.body)))


def sample(category: str, account: AccountAnchor, place: Location | None) -> dict[str, str]:
    """Return what the placeholders of a kind could stand for, for a preview: next week, at the practice's place."""
    zone = place.time_zone if place else "UTC"
    start = (clock.now() + timedelta(days=7)).replace(hour=0, minute=0)
    link = absolute(account.url("book"))
    token = sealed_id("bookings.sample", UUID(int=0))  # as long as a real one, and good for nothing
    known = {
        "practice": account.name,
        "when": when(start, zone),
        "zone": zone_words(zone),
        "place": _place(place) if place else _("Your location"),
        "phone": place.phone if place else "",
        "book_link": link,
        "answer_by": when(start - timedelta(days=2), zone),
        "change_until": when(start - timedelta(days=1), zone),
        "manage_link": f"{link}manage/{token}/",
        "offer_link": f"{link}offer/{token}/",
        "more_dates": "",
        "who": "Alex Kim",
        "shared": ", ".join(str(words) for words in GRANTS.values()),
    }
    return {name: str(known[name]) for name in PLACEHOLDERS[category]}


def zone_words(zone: str) -> str:
    """Return "Sydney time" for Australia/Sydney."""
    return _("%(place)s time") % {"place": zone.split("/")[-1].replace("_", " ")}


def _change_until(appointment: Appointment) -> str:
    """Return until when people change or cancel by themselves, "" once that is over."""
    until = appointment.starts_at - timedelta(minutes=appointment.cancel_notice_minutes)
    return str(when(until, appointment.time_zone)) if until > clock.now() else ""


def _place(location: object) -> str:
    parts = (getattr(location, "name", ""), getattr(location, "address", ""))
    return ", ".join(part for part in parts if part)


def _has_all(line: str, known: Mapping[str, str]) -> bool:
    return all(known.get(name, "-") for name in PLACEHOLDER.findall(line))


def _line(text: str, known: Mapping[str, str]) -> str:
    return PLACEHOLDER.sub(lambda found: known.get(found[1], found[0]), text)
