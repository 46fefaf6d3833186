"""The product's own words for each kind of message and channel; practices may put theirs in their place."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.models import Message

Category, Channel = Message.Category, Message.Channel

WORDS: dict[tuple[str, str], tuple[Promise | str, Promise | str]] = {
    (Category.CONFIRMATION, Channel.EMAIL): (
        _("Your appointment at {practice}"),
        _(
            "Your appointment at {practice} is booked.\n\n"
            "{when} ({zone})\n{place}\n\n{more_dates}\n\n"
            "See, change or cancel it:\n{manage_link}\n"
            "Changing and cancelling there is possible until {change_until}.\n\n"
            "Questions? Call {phone}.\n\n"
            "You get this because somebody booked with this address. "
            "If it wasn’t you, cancel with the link above.\n\n"
            "{enclosed}\n\n"
            "{practice}"
        ),
    ),
    (Category.CONFIRMATION, Channel.SMS): (
        "",
        _("{practice}: booked for {when}, {place}. Change or cancel: {manage_link}\n{more_dates}"),
    ),
    (Category.REMINDER, Channel.EMAIL): (
        _("Reminder: your appointment at {practice}"),
        _(
            "A reminder of your appointment at {practice}.\n\n"
            "{when} ({zone})\n{place}\n\n"
            "See, change or cancel it:\n{manage_link}\n"
            "Changing and cancelling there is possible until {change_until}.\n\n"
            "Questions? Call {phone}.\n\n"
            "{practice}"
        ),
    ),
    (Category.REMINDER, Channel.SMS): (
        "",
        _("{practice}: see you {when}, {place}. Can't come? {manage_link}"),
    ),
    (Category.CHANGE, Channel.EMAIL): (
        _("Changed: your appointment at {practice}"),
        _(
            "Your appointment at {practice} has changed. It is now:\n\n"
            "{when} ({zone})\n{place}\n\n"
            "Before, it was {before}.\n\n{more_dates}\n\n"
            "If that doesn’t suit you, change or cancel it:\n{manage_link}\n"
            "Changing and cancelling there is possible until {change_until}.\n\n"
            "Questions? Call {phone}.\n\n"
            "{practice}"
        ),
    ),
    (Category.CHANGE, Channel.SMS): (
        "",
        _(
            "{practice}: your appointment is now {when}, {place}. Change or cancel: {manage_link}\n{more_dates}"
        ),
    ),
    (Category.CANCELLATION, Channel.EMAIL): (
        _("Cancelled: your appointment at {practice}"),
        _(
            "Your appointment at {practice} is cancelled.\n\n"
            "It was {when} ({zone}).\n{place}\n\n{more_dates}\n\n"
            "Book another time:\n{book_link}\n\n"
            "Questions? Call {phone}.\n\n"
            "{practice}"
        ),
    ),
    (Category.CANCELLATION, Channel.SMS): (
        "",
        _(
            "{practice}: your appointment {when} is cancelled. Book another time: {book_link}\n{more_dates}"
        ),
    ),
    (Category.REQUEST, Channel.EMAIL): (
        _("Your request to {practice}"),
        _(
            "{practice} has received your request for an appointment. It is not booked yet.\n\n"
            "{when} ({zone})\n{place}\n\n"
            "You hear from us by {answer_by}.\n\n"
            "See it or take it back:\n{manage_link}\n\n"
            "Questions? Call {phone}.\n\n"
            "{enclosed}\n\n"
            "{practice}"
        ),
    ),
    (Category.REQUEST, Channel.SMS): (
        "",
        _(
            "{practice}: your request for {when} is here, not booked yet. You hear from us. See it: {manage_link}"
        ),
    ),
    (Category.DECLINED, Channel.EMAIL): (
        _("About your request to {practice}"),
        _(
            "{practice} can’t offer you this time:\n\n"
            "{when} ({zone})\n{place}\n\n"
            "Choose another time:\n{book_link}\n\n"
            "Questions? Call {phone}.\n\n"
            "{practice}"
        ),
    ),
    (Category.DECLINED, Channel.SMS): (
        "",
        _("{practice}: we cannot offer you {when}. Choose another time: {book_link}"),
    ),
    (Category.OFFER, Channel.EMAIL): (
        _("A free time at {practice}"),
        _(
            "A time is free at {practice}. You asked us to tell you.\n\n"
            "{when} ({zone})\n{place}\n\n"
            "Take it until {answer_by}: {offer_link}\n\n"
            "Others may have been told as well: whoever is first gets it.\n\n"
            "Questions? Call {phone}.\n\n"
            "{practice}"
        ),
    ),
    (Category.OFFER, Channel.SMS): (
        "",
        _("{practice}: {when} is free, {place}. Take it until {answer_by}: {offer_link}"),
    ),
    (Category.JOINED, Channel.EMAIL): (
        _("You are on the waiting list of {practice}"),
        _(
            "You are on the waiting list of {practice}. We tell you as soon as a time that suits you is free.\n\n"
            "See what you wait for, or leave the list:\n{list_link}\n\n"
            "A time that suits you can be booked at once:\n{book_link}\n\n"
            "Questions? Call {phone}.\n\n"
            "You get this because somebody joined with this address. "
            "If it wasn’t you, leave the list with the link above.\n\n"
            "{practice}"
        ),
    ),
    (Category.JOINED, Channel.SMS): (
        "",
        _("{practice}: you are on the waiting list. See it or leave it: {list_link}"),
    ),
    (Category.SHARING, Channel.EMAIL): (
        _("What others may do for you at {practice}"),
        _(
            "From now on {who} may do this for you at {practice}:\n\n"
            "{shared}\n\n"
            "You don’t want that, or it surprises you? Call {phone}.\n\n"
            "{practice}"
        ),
    ),
    (Category.SHARING, Channel.SMS): (
        "",
        _("{practice}: from now on {who} may do this for you: {shared}. Questions? Call {phone}."),
    ),
    (Category.FORM, Channel.EMAIL): (
        _("A form from {practice}"),
        _(
            "{practice} asks you to fill in a form.\n\n"
            "Open it on a phone or a computer:\n{form_link}\n\n"
            "It saves as you go. You can stop and go on later with the same link, until {answer_by}.\n\n"
            "The link is yours alone. Please don’t pass it on.\n\n"
            "Questions? Call {phone}.\n\n"
            "{practice}"
        ),
    ),
    (Category.FORM, Channel.SMS): (
        "",
        _("{practice} asks you to fill in a form: {form_link}"),
    ),
    (Category.FORM_REMINDER, Channel.EMAIL): (
        _("Reminder: a form from {practice}"),
        _(
            "{practice} still waits for a form from you.\n\n"
            "Open it on a phone or a computer:\n{form_link}\n\n"
            "What you have filled in is kept. The link works until {answer_by}.\n\n"
            "Questions? Call {phone}.\n\n"
            "{practice}"
        ),
    ),
    (Category.FORM_REMINDER, Channel.SMS): (
        "",
        _("{practice} still waits for a form from you: {form_link}"),
    ),
    (Category.CODE, Channel.EMAIL): (
        _("Your code for {practice}"),
        _(
            "{code} is your code.\n\n"
            "Type it on the page that asked for it. It works for ten minutes.\n\n"
            "If you did not ask for it, somebody else may have your link. Then call {phone}.\n\n"
            "{practice}"
        ),
    ),
    (Category.CODE, Channel.SMS): (
        "",
        _("{practice}: {code} is your code. It works for ten minutes."),
    ),
}
# Begins a message that goes to somebody who stands by a client
ABOUT = _("This is about {name}.")
# What somebody may do for a client, in the words of the notice about it
GRANTS = {
    "can_book": _("book, move and cancel appointments"),
    "can_fill_forms": _("fill in forms"),
    "gets_messages": _("get reminders and messages"),
    "gets_receipts": _("get receipts"),
}
