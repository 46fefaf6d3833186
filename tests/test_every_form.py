"""No form of ours answers with words that fit every field, and so tell nobody what to do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.forms import BaseForm, Field
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.sign_in_forms import Plain
from accounts.templatetags.styleguide import SampleForm
from notes.forms import AnswerField
from tests.factories import make_user

STOCK = str(Field.default_error_messages["required"])
OURS = {
    app.label for app in apps.get_app_configs() if not app.name.startswith(("django", "allauth"))
}


def _below(kind: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def every_form() -> list[type[BaseForm]]:
    """Return every form of our apps; allauth's, which get their words when they are made, are asked by their pages."""
    assert get_resolver(settings.ROOT_URLCONF).url_patterns, "the views import every form"
    ours = {
        form
        for form in _below(BaseForm)
        if form.__module__.split(".")[0] in OURS and form is not SampleForm  # shown, never sent
    }
    return sorted(
        (form for form in ours if not issubclass(form, Plain)),
        key=lambda form: (form.__module__, form.__name__),
    )


@pytest.mark.parametrize(
    "form", every_form(), ids=lambda form: f"{form.__module__}.{form.__name__}"
)
def test_what_is_missing_is_asked_for_by_name(form: type[BaseForm]) -> None:
    fields: dict[str, Field] = form.base_fields  # type: ignore[attr-defined]
    silent = [
        name
        for name, field in fields.items()
        if field.required
        and not isinstance(field, AnswerField)  # says nothing itself: its form judges it
        and str(field.error_messages["required"]) == STOCK
    ]
    assert silent == []


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["account_login", "account_signup", "account_reset_password"])
def test_an_empty_sign_in_page_says_what_to_enter(client: Client, page: str) -> None:
    answer = client.post(reverse(page), {}).content.decode()
    assert "field__error" in answer
    assert STOCK not in answer
    assert "Enter your e-mail address." in answer


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("account_change_password", "Enter the password you have now."),
        ("account_email", "Enter your e-mail address."),
        ("account_reauthenticate", "Enter your password."),
    ],
)
def test_an_empty_page_of_the_sign_in_says_what_to_enter(
    client: Client, page: str, words: str
) -> None:
    client.force_login(make_user())
    answer = client.post(reverse(page), {"action_add": ""}).content.decode()
    assert words in answer
    assert STOCK not in answer
