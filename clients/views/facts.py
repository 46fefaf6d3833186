"""What matters about a client at a glance: labels and values, what is not known left out."""

from __future__ import annotations

from datetime import date

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import AccountAnchor
from accounts.templatetags.keepwell import day
from clients import addresses, health_numbers, phones, reaching, referring
from clients.models import Client, ContactPoint
from clients.views.showing import age, birth_day, lines, with_numbers
from privacy.vocabulary import clock

Fact = tuple[str, str | SafeString]
_BREAK = "<br>"


def facts(client: Client, country: str, zone: str, *, whole: bool = True) -> list[Fact]:
    """Return what matters at a glance, in the order in which it is shown; else only how the person is reached.

    Ages and days are those of `zone`, the practice's; phones and addresses are written as in `country`.
    """
    found = [
        *(_person(client, zone) if whole else [(_("Called"), client.preferred_name)]),
        *_reach(client, country),
        *(_desk(client, country, zone) if whole else []),
    ]
    return [(label, value) for label, value in found if value]


def came_from(client: Client, account: AccountAnchor) -> list[Fact]:
    """Return who or what brought a client, with a way to them."""
    said = referring.of_client(client)
    if said is None:
        return []
    name: str | SafeString = str(said.by_type or "")
    if said.by_contact is not None:
        url = account.url("contact", said.by_contact_id)
        name = format_html('<a href="{}">{}</a>', url, said.by_contact.name)
    elif said.by_client is not None:
        url = account.url("client", said.by_client_id)
        name = format_html('<a href="{}">{}</a>', url, said.by_client.full_name)
    return [(_("Came from"), stacked([name, said.note] if said.note else [name]))]


def _person(client: Client, zone: str) -> list[Fact]:
    gender = " · ".join(
        word for word in (client.get_sex_display() or "", client.gender_identity) if word
    )
    return [
        (_("Called"), client.preferred_name),
        (_("Pronouns"), client.pronouns),
        (_("Born"), _born(client.birth_date, clock.today(zone))),
        (_("Sex and gender"), gender),
        (_("Occupation"), client.occupation),
    ]


def _reach(client: Client, country: str) -> list[Fact]:
    more = reaching.of_client(client)
    uses = {key: str(label) for key, label in ContactPoint.Use.choices}
    numbers = [(client.get_phone_use_display(), client.phone)] if client.phone else []
    numbers += [(uses[line.use], line.value) for line in more["more_phones"]]
    mails = [client.email] if client.email else []
    mails += [line.value for line in more["more_emails"]]
    phone_words = [
        format_html("{} <span class='muted'>{}</span>", phone_link(number, country), use)
        if len(numbers) > 1 or client.phone_use != Client.PhoneUse.MOBILE
        else phone_link(number, country)
        for use, number in numbers
    ]
    return [
        (_("Phone"), stacked(phone_words)),
        (_("E-mail"), stacked([email_link(mail) for mail in mails])),
        (_("Address"), stacked(list(addresses.lines(client, country)))),
        (_("Emergency"), with_numbers(client.emergency_contact, country)),
        (_("Reminders"), client.get_reminders_display()),
    ]


def _desk(client: Client, country: str, zone: str) -> list[Fact]:
    return [
        (_("Bookings"), lines(client.booking_notes)),
        (_("Front desk"), lines(client.admin_notes)),
        (health_numbers.label(country), client.health_number),
        (_("Earlier number"), client.old_reference),
        (_("Location"), client.location.name if client.location else ""),
        (_("Since"), day(client.created_at, zone)),
    ]


def stacked(values: list[str | SafeString]) -> str | SafeString:
    """Return values one below the other."""
    return format_html_join(SafeString(_BREAK), "{}", ((value,) for value in values))


def _born(born: date | None, today: date) -> str:
    if not isinstance(born, date):
        return str(born or "")  # the word for what can't be read
    return f"{birth_day(born)} · {age(born, today)}"


def phone_link(phone: str, country: str) -> str | SafeString:
    """Return a phone number that can be called."""
    shown = phones.shown(phone, country)
    return format_html('<a href="tel:{}">{}</a>', phone, shown) if phone.startswith("+") else shown


def email_link(email: str) -> str | SafeString:
    """Return an address that can be written to."""
    return format_html('<a href="mailto:{}">{}</a>', email, email) if "@" in email else email
