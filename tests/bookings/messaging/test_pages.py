"""The log, one message and its second chance; the practice's words and choices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from accounts.tenancy import acting_in
from bookings.appointments.cancelling import cancel
from bookings.messaging.choices import tell_field
from bookings.models import Message, MessageSettings, MessageTemplate
from clients.models import Client
from privacy.vocabulary.scope import SYSTEM
from tests.bookings.messaging.post import Sink, run_due, states, take
from tests.bookings.public import Practice
from tests.browser import sign_in
from tests.factories import make_account, make_member, make_user, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")

STANDARD = {
    "subject": "See you at {practice}",
    "body": "Until {when}.\r\n{place}\r\nCall {phone}\r\n{manage_link}",
}


def signed_in(practice: Practice, role: str = Role.OWNER) -> Browser:
    browser = Browser()
    if role == Role.OWNER:
        user = User.objects.get(pk=owner_of(practice.account).user_id)
    else:
        user = make_member(practice.account, role)[0]
    sign_in(browser, user, practice.account)
    return browser


@pytest.fixture
def owner(practice: Practice) -> Browser:
    return signed_in(practice)


def page(practice: Practice, rest: str = "") -> str:
    return f"/a/{practice.account.slug}/{rest}"


def test_the_log_says_what_was_sent_and_what_was_not_and_why(
    practice: Practice, owner: Browser, sink: Sink
) -> None:
    take(practice, reminders="none")
    run_due(practice)
    answer = owner.get(page(practice, "messages/"))
    assert [
        (line.message.category, line.message.state, line.why, line.client_name)
        for line in answer.context["lines"]
    ] == [
        ("reminder", "suppressed", "wants no such messages", "Leila Haddad"),
        ("confirmation", "sent", "", "Leila Haddad"),
    ]
    text = answer.content.decode()
    assert "leila@mail.example" not in text, "the list opens no address"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=queued", ["reminder"]),
        ("category=confirmation", ["confirmation"]),
        ("channel=sms", []),
        ("day=2026-11-23", ["reminder", "confirmation"]),
        ("day=2026-11-24", []),
        ("state=sent&channel=email", ["confirmation"]),
        ("state=nonsense&day=never", ["reminder", "confirmation"]),
    ],
)
def test_filters(
    practice: Practice, owner: Browser, sink: Sink, query: str, found: list[str]
) -> None:
    take(practice)
    run_due(practice)
    lines = owner.get(page(practice, f"messages/?{query}")).context["lines"]
    assert [line.message.category for line in lines] == found


def test_pages_and_as_many_queries_for_sixty_as_for_one(practice: Practice, owner: Browser) -> None:
    place = take(practice)
    owner.get(page(practice, "messages/"))
    counts = []
    for more in (0, 58):
        with acting_in(practice.account.ref):
            for _each in range(more):
                Message(
                    client_id=place.client_id, attendee=place, channel="email", category="change"
                ).save(force_insert=True)
        with CaptureQueriesContext(connections["region_au"]) as queries:
            answer = owner.get(page(practice, "messages/"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert (len(answer.context["lines"]), answer.context["page"].paginator.num_pages) == (50, 2)
    assert len(owner.get(page(practice, "messages/?page=2")).context["lines"]) == 10


def test_who_may_see_and_who_may_send(practice: Practice, sink: Sink) -> None:
    take(practice)
    with acting_in(practice.account.ref):
        message = Message.objects.get(category="confirmation")
    attempt = page(practice, f"messages/{message.pk}/attempts/")
    bookkeeper = signed_in(practice, Role.BOOKKEEPER)
    assert bookkeeper.get(page(practice, "messages/")).status_code == 403
    assert bookkeeper.post(attempt).status_code == 403
    assert bookkeeper.get(page(practice, "settings/messages/")).status_code == 403
    reception = signed_in(practice, Role.RECEPTION)
    assert reception.post(attempt).status_code == 302
    assert reception.get(page(practice, "settings/messages/")).status_code == 403
    words = page(practice, "settings/messages/reminder/sms/")
    assert reception.post(words, {"body": "{when}"}).status_code == 403


def test_another_practices_message_is_not_found(practice: Practice) -> None:
    take(practice)
    with acting_in(practice.account.ref):
        message = Message.objects.get(category="confirmation")
    user = make_user()
    other = make_account(owner=user)
    browser = Browser()
    sign_in(browser, user, other)
    assert browser.get(f"/a/{other.slug}/messages/{message.pk}/").status_code == 404
    assert browser.post(f"/a/{other.slug}/messages/{message.pk}/attempts/").status_code == 404


def test_one_message_shows_its_text(practice: Practice, owner: Browser, sink: Sink) -> None:
    take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        message = Message.objects.get(category="confirmation")
    text = owner.get(page(practice, f"messages/{message.pk}/")).content.decode()
    assert "leila@mail.example" in text
    assert "is booked." in text
    assert "Send again" not in text


def failed(practice: Practice, sink: Sink) -> Message:
    """Return a confirmation whose address was refused."""
    sink.answer = "550 No such user"
    take(practice)
    run_due(practice)
    sink.answer = "250 OK"
    with acting_in(practice.account.ref):
        found: Message = Message.objects.select_related("attendee").get(state="failed")
        return found


def test_a_failed_one_is_sent_again_to_the_new_address(
    practice: Practice, owner: Browser, sink: Sink
) -> None:
    message = failed(practice, sink)
    assert "Send again" in owner.get(page(practice, f"messages/{message.pk}/")).content.decode()
    with acting_in(practice.account.ref):
        client = Client.objects.get(pk=message.client_id)
        client.email = "leila@new.example"
        client.save()
    answer = owner.post(page(practice, f"messages/{message.pk}/attempts/"), follow=True)
    assert "It is on its way again." in answer.content.decode()
    run_due(practice)
    assert states(practice)[0] == ("confirmation", "email", "sent", "")
    assert [envelope.rcpt_tos for envelope, _ in sink.mails] == [["leila@new.example"]]


def test_a_failed_one_that_is_no_longer_true_stays(
    practice: Practice, owner: Browser, sink: Sink
) -> None:
    message = failed(practice, sink)
    with acting_in(practice.account.ref):
        cancel(by=SYSTEM, attendee=message.attendee, side="client", reason="sick")
    answer = owner.post(page(practice, f"messages/{message.pk}/attempts/"), follow=True)
    assert "the appointment was cancelled" in answer.content.decode()
    assert states(practice)[0][2] == "failed"


def test_what_was_sent_is_not_sent_again(practice: Practice, owner: Browser, sink: Sink) -> None:
    take(practice)
    run_due(practice)
    with acting_in(practice.account.ref):
        message = Message.objects.get(state="sent")
    answer = owner.post(page(practice, f"messages/{message.pk}/attempts/"), follow=True)
    assert "This message did not fail." in answer.content.decode()
    run_due(practice)
    assert len(sink.mails) == 1


def test_own_words(practice: Practice, owner: Browser, sink: Sink) -> None:
    address = page(practice, "settings/messages/confirmation/email/")
    assert owner.post(address, STANDARD).status_code == 302
    take(practice)
    run_due(practice)
    mail = sink.mails[0][1]
    assert mail["Subject"] == f"See you at {practice.account.name}"
    lines = mail.get_body().get_content().splitlines()  # type: ignore[union-attr]
    assert lines[0] == "Until Tue 24 Nov 2026, 10:00 am."
    assert lines[2] == "Call +61 2 5550 1234"
    assert "your words" in owner.get(page(practice, "settings/messages/")).content.decode()
    assert owner.post(f"{address}standard/").status_code == 302
    with acting_in(practice.account.ref):
        assert MessageTemplate.objects.count() == 0


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"body": "Hello {client}, {when}"}, "body", "There is no placeholder {client}."),
        ({"body": "{when} {service}"}, "body", "There is no placeholder {service}."),
        ({"body": "{when} {{ settings.SECRET_KEY }}"}, "body", "There is no placeholder"),
        ({"body": "Come soon"}, "body", "Put {when} into the text"),
        ({"subject": "{name}"}, "subject", "There is no placeholder {name}."),
        ({"subject": ""}, "subject", "Enter a subject."),
        ({"body": ""}, "body", "Enter the text."),
    ],
)
def test_words_that_are_refused(
    practice: Practice, owner: Browser, change: dict[str, str], field: str, words: str
) -> None:
    address = page(practice, "settings/messages/confirmation/email/")
    answer = owner.post(address, {**STANDARD, **change})
    assert answer.status_code == 422
    assert any(words in error for error in answer.context["form"].errors[field])
    with acting_in(practice.account.ref):
        assert MessageTemplate.objects.count() == 0


def test_nothing_in_a_text_is_evaluated(practice: Practice, owner: Browser, sink: Sink) -> None:
    body = "{when} %(when)s ${when} {% now 'Y' %} <b>"
    with acting_in(practice.account.ref):
        MessageTemplate(category="confirmation", channel="email", subject="x", body=body).save(
            force_insert=True
        )
    take(practice)
    run_due(practice)
    text = sink.mails[0][1].get_body().get_content().strip()  # type: ignore[union-attr]
    when = "Tue 24 Nov 2026, 10:00 am"
    assert text == f"{when} %(when)s ${when} {{% now 'Y' %}} <b>"


def test_a_preview_keeps_nothing(practice: Practice, owner: Browser) -> None:
    address = page(practice, "settings/messages/reminder/sms/")
    body = {"body": "{practice}: until {when}, bald 🙂", "preview": "1"}
    answer = owner.post(address, body)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert f"{practice.account.name}: until" in text
    assert "halves what fits" in text
    part = owner.post(address, body, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<section class="card" id="preview"')
    with acting_in(practice.account.ref):
        assert MessageTemplate.objects.count() == 0


@pytest.mark.parametrize("category", Message.Category.values)
def test_a_preview_counts_the_products_text_messages_as_phones_do(
    practice: Practice, owner: Browser, category: str
) -> None:
    answer = owner.get(page(practice, f"settings/messages/{category}/sms/"))
    assert answer.context["length"].is_plain
    assert answer.context["length"].parts <= 3
    assert "{" not in answer.context["shown"].body


def test_a_preview_is_in_the_language_of_the_words(practice: Practice, owner: Browser) -> None:
    address = page(practice, "settings/messages/reminder/email/?language=de")
    body = {"subject": "x", "body": "{when}", "preview": "1"}
    shown = owner.post(address, body).context["shown"].body
    assert shown.split()[0].strip(",.") in ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
    assert owner.post(address, {**body, "body": "{when}, bitte"}).status_code == 200
    del body["preview"]
    assert owner.post(address, body).status_code == 302
    with acting_in(practice.account.ref):
        assert list(MessageTemplate.objects.values_list("language", flat=True)) == ["de"]
    assert owner.post(f"{address.replace('?', 'standard/?')}").status_code == 302
    with acting_in(practice.account.ref):
        assert MessageTemplate.objects.count() == 0


def test_a_text_message_has_no_subject_and_an_end(practice: Practice, owner: Browser) -> None:
    address = page(practice, "settings/messages/reminder/sms/")
    answer = owner.post(address, {"body": "{when}" + "x" * 480})
    assert set(answer.context["form"].errors) == {"body"}
    assert owner.post(address, {"body": "See you {when}"}).status_code == 302


@pytest.mark.parametrize("rest", ["reminder/fax", "hello/sms", "reminder/sms/?language=xx"])
def test_kinds_that_there_are_not(practice: Practice, owner: Browser, rest: str) -> None:
    address = page(practice, f"settings/messages/{rest}")
    assert owner.get(address if "?" in address else f"{address}/").status_code == 404


CHOICES = {
    "reminder_hours": "48",
    "second_reminder_hours": "3",
    "quiet_from": "20:00",
    "quiet_until": "07:30",
    "tells_of_booking": "on",
}


def test_choices(practice: Practice, owner: Browser) -> None:
    address = page(practice, "settings/messages/")
    assert owner.get(address).context["form"]["reminder_hours"].value() == 24
    for _twice in range(2):
        assert owner.post(address, CHOICES).status_code == 302
    with acting_in(practice.account.ref):
        kept = MessageSettings.objects.get()
        ticked = [tell_field(event).initial for event in ("booking", "change", "cancelling")]
    assert (kept.reminder_hours, kept.second_reminder_hours) == (48, 3)
    assert f"{kept.quiet_from:%H:%M} {kept.quiet_until:%H:%M}" == "20:00 07:30"
    assert ticked == [True, False, False]


@pytest.mark.parametrize(
    "change",
    [
        {"reminder_hours": ""},
        {"reminder_hours": "337"},
        {"second_reminder_hours": "-1"},
        {"quiet_from": "25:00"},
        {"quiet_until": ""},
    ],
)
def test_choices_that_are_refused(
    practice: Practice, owner: Browser, change: dict[str, Any]
) -> None:
    answer = owner.post(page(practice, "settings/messages/"), {**CHOICES, **change})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == set(change)


def test_no_reminder_at_all(practice: Practice, owner: Browser) -> None:
    none = {**CHOICES, "reminder_hours": "0", "second_reminder_hours": ""}
    assert owner.post(page(practice, "settings/messages/"), none).status_code == 302
    take(practice)
    assert [row[0] for row in states(practice)] == ["confirmation"]


def test_the_settings_lead_here(practice: Practice, owner: Browser) -> None:
    text = owner.get(page(practice, "settings/")).content.decode()
    assert page(practice, "settings/messages/") in text
    assert page(practice, "messages/") in text


def test_what_is_planned_has_no_text_yet(practice: Practice, owner: Browser) -> None:
    take(practice)
    with acting_in(practice.account.ref):
        message = Message.objects.get(category="reminder")
    assert message.send_at - message.created_at > timedelta(minutes=50)
    text = owner.get(page(practice, f"messages/{message.pk}/")).content.decode()
    assert "Its text is written when it leaves" in text
