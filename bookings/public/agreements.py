"""What a client agreed to, on a page of their own: each agreement with its words, taken back in two presses."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts import practice_settings
from accounts.permissions import public
from accounts.requests import AccountRequest
from bookings.messaging.links import BadLink, open_id, sealed_id
from bookings.public.languages import speak
from bookings.public.pages import page, phones, url
from bookings.public.restraint import opens_strange_links
from clients import identity
from clients.consents import giving
from clients.consents.giving import Given
from clients.consents.standing import State, holding, standings
from clients.identity import of_record
from clients.models import Client, Consent, ConsentPurpose, ConsentText, How
from privacy.vocabulary.scope import Actor, ActorKind

PURPOSE = "bookings.choices"


def choices_token(client_id: UUID) -> str:
    """Return the token of a client's page of agreements; it holds an id and nothing personal."""
    return sealed_id(PURPOSE, client_id)


def has_agreed(client_id: UUID) -> bool:
    """Tell whether there is anything on a client's page of agreements."""
    return bool(Consent.objects.filter(of_record(client_id)).exists())


@public
@require_safe
def client_choices(request: AccountRequest, token: str) -> HttpResponse:
    """Show what a client agreed to and what they took back, without a name."""
    client = _client(token)
    if client is None:
        return _nowhere(request)
    speak(request, client.language)
    found = [each for each in standings(client) if each.consent is not None]
    texts = {
        row.pk: row
        for row in ConsentText.objects.filter(
            pk__in=[each.consent.text_id for each in found if each.consent]
        )
    }
    shown = [
        {
            "title": texts[each.consent.text_id].title,
            "text": texts[each.consent.text_id].text,
            "at": each.consent.starts_at,
            "state": each.state.value,
            "url": request.account.url("choice_withdrawal", token, each.purpose.pk)
            if each.state == State.AGREED
            else "",
        }
        for each in found
        if each.consent
    ]
    return page(
        request,
        "choices",
        shown=shown,
        withdrawn="withdrawn" in request.GET,
        zone=practice_settings.zone(),
        book_url=url(request, "book"),
        phones=phones(),
    )


@public
@require_http_methods(["GET", "HEAD", "POST"])
def choice_withdrawal(request: AccountRequest, token: str, purpose: UUID) -> HttpResponse:
    """Ask once, then take an agreement back; it holds from that moment on."""
    client = _client(token)
    found = ConsentPurpose.objects.filter(pk=purpose).first()
    if client is None or found is None:
        return _nowhere(request)
    speak(request, client.language)
    held = holding(client.pk, found)
    back = request.account.url("client_choices", token)
    if held is None:
        return HttpResponseRedirect(back)
    if request.method == "POST" and request.account.is_active:
        by = Actor(ActorKind.CLIENT, client.pk)
        giving.withdraw(by=by, client=client, purpose=found, given=Given(How.LINK))
        response = HttpResponseRedirect(f"{back}?withdrawn=1")
        response.status_code = 303
        return response
    return page(
        request, "choice_withdrawal", held=held, back_url=back, zone=practice_settings.zone()
    )


def _client(token: str) -> Client | None:
    try:
        return identity.find(open_id(PURPOSE, token))
    except (BadLink, Http404):
        return None


def _nowhere(request: AccountRequest) -> HttpResponse:
    status = 429 if opens_strange_links(request) else 404
    book_url = url(request, "book")
    return page(request, "link_gone", phones=phones(), book_url=book_url, status=status)
