"""What messages say: in the client's language, with every placeholder filled, and nothing about health or people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import translation

from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from bookings.messaging import wording
from bookings.messaging.calendar_entry import entry_of
from bookings.messaging.defaults import WORDS
from bookings.messaging.preferences import NEWS
from bookings.messaging.sms_length import Length, length_of, plain
from bookings.messaging.wording import Words, filled
from bookings.models import (
    Appointment,
    Attendee,
    Message,
    MessageTemplate,
    WaitingEntry,
    WaitingOffer,
)
from tests.bookings.messaging.post import Sink, run_due, take
from tests.bookings.public import TUESDAY, Practice

pytestmark = pytest.mark.django_db(databases="__all__")
EVERY = [(category, channel) for category in Message.Category for channel in Message.Channel]
# Those about no appointment are tested where they come from
KINDS = [each for each in EVERY if each[0] not in ("sharing", "form", "form_reminder", "code")]
SECRETS = {
    "service": "Trauma therapy",
    "practitioner": "Mei Tanaka",
    "given": "Zephyrine",
    "family": "Haddadovic",
    "preferred": "Zeffy",
    "comment": "panic attacks",
    "note": "rude on the phone",
}


@pytest.fixture
def place(practice: Practice) -> Attendee:
    """A place with everything in it that a message must not say."""
    with acting_in(practice.account.ref):
        practice.service.name = SECRETS["service"]
        practice.service.save()
        practice.practitioner.name = SECRETS["practitioner"]
        practice.practitioner.save()
    made = take(
        practice,
        given_name=SECRETS["given"],
        family_name=SECRETS["family"],
        preferred_name=SECRETS["preferred"],
        admin_notes=SECRETS["note"],
    )
    with acting_in(practice.account.ref):
        Appointment.objects.update(
            answer_by=datetime(2026, 11, 23, 3, tzinfo=UTC), service_name=SECRETS["service"]
        )
        found: Attendee = Attendee.objects.select_related("client", "appointment__location").get(
            pk=made.pk
        )
        found.comment, found.cancel_note = SECRETS["comment"], SECRETS["note"]
        found.save()
        return found


def message_of(practice: Practice, place: Attendee, category: str, channel: str) -> Message:
    """Return an unsaved message of a kind about a place, or an offer to the same client."""
    message = Message(client_id=place.client_id, attendee=place, category=category, channel=channel)
    if category == Message.Category.OFFER:
        entry = WaitingEntry(
            client=place.client, service=practice.service, until=TUESDAY, note=SECRETS["note"]
        )
        start = place.appointment.starts_at
        message.attendee = None
        message.offer = WaitingOffer(
            entry=entry,
            client=place.client,
            practitioner=practice.practitioner,
            location=practice.location,
            starts_at=start,
            ends_at=start + timedelta(hours=1),
            expires_at=start - timedelta(hours=5),
        )
    if category == Message.Category.JOINED:
        message.attendee = None
        message.entry = WaitingEntry(
            client=place.client, service=practice.service, until=TUESDAY, note=SECRETS["note"]
        )
    return message


@pytest.mark.parametrize(("category", "channel"), KINDS)
def test_no_message_says_what_for_with_whom_or_who(
    practice: Practice, place: Attendee, category: str, channel: str
) -> None:
    with acting_in(practice.account.ref):
        account = current_anchor()
        said = wording.written(message_of(practice, place, category, channel), account)
        whole = f"{said.subject}\n{said.body}"
        if channel == Message.Channel.EMAIL and category in NEWS:
            whole += entry_of(account, place).decode()
    assert [name for name, word in SECRETS.items() if word in whole] == []
    assert "{" not in whole
    if category != Message.Category.JOINED:
        year = "" if channel == Message.Channel.SMS else " 2026"
        assert f"Tue 24 Nov{year}, 10:00 am" in whole


@pytest.mark.parametrize(("category", "channel"), EVERY)
def test_every_kind_has_words_of_its_own_placeholders(category: str, channel: str) -> None:
    subject, body = (str(each) for each in WORDS[category, channel])
    assert wording.unknown(subject + body, category) == []
    assert bool(subject) == (channel == Message.Channel.EMAIL)
    for needed in wording.NEEDED[category]:
        assert f"{{{needed}}}" in body


def test_no_placeholder_could_say_it(practice: Practice, place: Attendee) -> None:
    """Whatever the Owner writes: the values that can be put in hold none of it."""
    with acting_in(practice.account.ref):
        account = current_anchor()
        for category, channel in KINDS:
            known = wording.facts(message_of(practice, place, category, channel), account)
            whole = str(known)
            assert [name for name, word in SECRETS.items() if word in whole] == []
            assert set(known) == set(wording.PLACEHOLDERS[category])


def test_values_are_not_read_again() -> None:
    known = {"practice": "{when}", "when": "ten"}
    assert filled(Words("{practice}", "{practice} at {when}"), known) == Words(
        "{when}", "{when} at ten"
    )


def test_a_line_with_nothing_to_say_is_left_out() -> None:
    words = Words("", "One\n\nCall {phone}.\n\nTwo")
    assert filled(words, {"phone": ""}).body == "One\n\nTwo"


def test_a_subject_is_one_line() -> None:
    assert filled(Words("At {practice}", ""), {"practice": "A\r\nBcc: x"}).subject == "At A Bcc: x"


@pytest.mark.parametrize(
    ("language", "subject", "day"),
    [
        ("de", "Ihr Termin", "Di, 24. Nov."),
        ("", "My words", "Tue 24 Nov"),
        ("xx", "My words", "Tue 24 Nov"),
    ],
)
def test_in_the_clients_language(
    practice: Practice, sink: Sink, language: str, subject: str, day: str
) -> None:
    with acting_in(practice.account.ref):
        for code, words in (("", "My words"), ("de", "Ihr Termin")):
            MessageTemplate(
                category="confirmation",
                channel="email",
                language=code,
                subject=words,
                body="{when}",
            ).save(force_insert=True)
    take(practice, language=language)
    run_due(practice)
    mail = sink.mails[0][1]
    assert mail["Subject"] == subject
    assert mail.get_body().get_content().startswith(day)  # type: ignore[union-attr]
    with acting_in(practice.account.ref):
        kept = Message.objects.get(state="sent").language
    assert kept == (language if language == "de" else "en")


def test_own_words_in_the_practices_language_are_not_sent_to_who_reads_another(
    practice: Practice, sink: Sink
) -> None:
    with acting_in(practice.account.ref):
        MessageTemplate(
            category="confirmation", channel="email", subject="My words", body="{when}"
        ).save(force_insert=True)
    take(practice, language="de")
    run_due(practice)
    assert sink.mails[0][1]["Subject"] != "My words"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("a" * 160, Length(160, 1, True)),
        ("a" * 161, Length(161, 2, True)),
        ("a" * 306, Length(306, 2, True)),
        ("a" * 307, Length(307, 3, True)),
        ("€" * 80, Length(160, 1, True)),
        ("€" * 81, Length(162, 2, True)),
        ("’" + "a" * 69, Length(70, 1, False)),
        ("’" + "a" * 70, Length(71, 2, False)),
        ("🙂" * 35, Length(70, 1, False)),
        ("", Length(0, 1, True)),
    ],
)
def test_how_long_a_text_message_is(text: str, length: Length) -> None:
    assert length_of(text) == length


@pytest.mark.parametrize("language", [code for code, _name in django_settings.LANGUAGES])
def test_the_products_own_text_messages_use_the_phones_alphabet(language: str) -> None:
    with translation.override(language):
        for (_category, channel), (_subject, body) in WORDS.items():
            if channel == Message.Channel.SMS:
                assert length_of(plain(str(body))).is_plain, body


@pytest.mark.parametrize("language", [code for code, _name in django_settings.LANGUAGES])
def test_an_ordinary_practices_reminder_is_one_text_message(
    practice: Practice, place: Attendee, language: str
) -> None:
    with acting_in(practice.account.ref):
        location = place.appointment.location
        location.name, location.address = "Circular Quay", "1 Alfred St, Sydney NSW 2000"
        account = current_anchor()
        account.name, account.slug = "Harbour Physio", "harbour-physio"
        for day in range(7):
            place.appointment.starts_at += timedelta(days=day)
            message = message_of(practice, place, "reminder", "sms")
            message.language = language
            said = wording.written(message, account).body
            assert length_of(said).parts == 1, said


def test_signs_with_a_plain_twin_are_written_as_that() -> None:
    assert plain("Cita mié 24 nov, Clínica «Sánchez»…") == 'Cita mié 24 nov, Clinica "Sanchez"...'
    assert plain("日本 – ok") == "日本 – ok"


def test_a_reminder_says_until_when_it_can_be_changed(
    practice: Practice, place: Attendee, settings: Any
) -> None:
    def reminder() -> str:
        with acting_in(practice.account.ref):
            message = Message.objects.select_related("attendee__appointment__location").get(
                category="reminder", channel="email"
            )
            return wording.written(message, current_anchor()).body

    assert "is possible until Mon 23 Nov 2026, " in reminder()
    settings.CLOCK_OFFSET += timedelta(hours=3)
    with acting_in(practice.account.ref):
        Appointment.objects.update(cancel_notice_minutes=2880)
    assert "is possible until" not in reminder()
