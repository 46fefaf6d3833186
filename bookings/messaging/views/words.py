"""The settings of messages: when the practice writes, and in which words."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages as toasts
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Location
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from bookings.messaging import editing
from bookings.messaging.forms import ChoicesForm, WordsForm, initial_of
from bookings.messaging.preferences import practice_choices
from bookings.messaging.sms_length import length_of, plain
from bookings.messaging.wording import (
    MEANINGS,
    PLACEHOLDERS,
    Words,
    filled,
    sample,
    words_for,
)
from bookings.models import Message, MessageTemplate

editor = require(Permission.SETTINGS_EDIT)
both = require_http_methods(["GET", "POST"])


@editor
@both
def overview(request: AccountRequest) -> HttpResponse:
    """Choose when the practice writes and what it tells; list the kinds of messages with their words."""
    form = ChoicesForm(request.POST or None, initial=initial_of(practice_choices()))
    if request.method == "POST" and form.is_valid():
        editing.choose(by=request.actor, values=form.cleaned_data)
        toasts.success(request, _("Saved. It holds for what is booked or moved from now on."))
        return redirect(request.account.url("message_settings"))
    context = {"form": form, "kinds": _kinds(request)}
    return render(request, "messages/settings.html", context, status=422 if form.errors else 200)


@editor
@both
def words(request: AccountRequest, category: str, channel: str) -> HttpResponse:
    """Write the words of one kind of message; "Preview" shows them with an example and keeps nothing."""
    language = _language(request, category, channel)
    now = words_for(category, channel, language)
    form = WordsForm(
        request.POST or None,
        category=category,
        channel=channel,
        initial={"subject": now.subject, "body": now.body},
    )
    is_preview = "preview" in request.POST
    if request.method == "POST" and not is_preview and form.is_valid():
        editing.keep_words(
            by=request.actor,
            category=category,
            channel=channel,
            language=language,
            words=form.words,
        )
        toasts.success(request, _("Saved. Messages from now on use your words."))
        return redirect(request.account.url("message_settings"))
    context = _context(request, form, category, channel, language)
    if request.htmx and is_preview:
        return render(request, "messages/words.html#preview", context)
    status = 422 if form.errors and not is_preview else 200
    return render(request, "messages/words.html", context, status=status)


@editor
@require_POST
def standard_words(request: AccountRequest, category: str, channel: str) -> HttpResponse:
    """Go back to the product's words."""
    language = _language(request, category, channel)
    editing.restore_words(by=request.actor, category=category, channel=channel, language=language)
    toasts.success(request, _("The standard words are back."))
    return redirect(request.account.url("message_settings"))


def _language(request: AccountRequest, category: str, channel: str) -> str:
    """Return the language whose words are meant; 404 for a kind, channel or language that there isn't."""
    language = request.GET.get("language", settings.LANGUAGE_CODE)
    if (
        category not in Message.Category.values
        or channel not in Message.Channel.values
        or language not in dict(settings.LANGUAGES)
    ):
        raise Http404
    return language


def _kinds(request: AccountRequest) -> list[dict[str, Any]]:
    own = set(MessageTemplate.objects.values_list("category", "channel"))
    return [
        {
            "label": category.label,
            "words": [
                {
                    "label": channel.label,
                    "url": request.account.url("message_words", category, channel),
                    "is_own": (category, channel) in own,
                }
                for channel in Message.Channel
            ],
        }
        for category in Message.Category
    ]


def _context(
    request: AccountRequest, form: WordsForm, category: str, channel: str, language: str
) -> dict[str, Any]:
    place = Location.objects.filter(archived_at=None).order_by("id").first()
    with translation.override(language):
        shown: Words = filled(form.draft, sample(category, channel, request.account, place))
    if channel == Message.Channel.SMS:
        shown = Words("", plain(shown.body))
    address = request.account.url("message_words", category, channel)
    return {
        "form": form,
        "title": Message.Category(category).label,
        "channel": Message.Channel(channel).label,
        "shown": shown,
        "length": length_of(shown.body) if channel == Message.Channel.SMS else None,
        "placeholders": [(f"{{{name}}}", MEANINGS[name]) for name in PLACEHOLDERS[category]],
        "is_own": editing.own_words(category, channel, language) is not None,
        "restore_url": f"{address}standard/?language={language}",
        "languages": [
            {
                "label": str(name),
                "url": f"{address}?language={code}",
                "current": code == language,
            }
            for code, name in settings.LANGUAGES
        ],
    }
