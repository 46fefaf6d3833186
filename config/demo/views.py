"""The demo's pages: the mail and text messages that Keepwell would have sent."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from accounts.permissions import public
from config.demo import mailbox

# A mail's own HTML is a stranger's page: no scripts, no forms, nothing fetched, links at most.
STRANGER = {
    "default-src": ["'none'"],
    "img-src": ["data:"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "sandbox": [
        "allow-popups",
        "allow-popups-to-escape-sandbox",
        "allow-top-navigation-by-user-activation",
    ],
}


@public
@require_safe
@never_cache
def mail(request: HttpRequest) -> HttpResponse:
    """List what was caught, by region, newest first."""
    regions = list(mailbox.messages(settings.HOME))
    return render(request, "demo/mail.html", {"regions": regions})


@public
@require_safe
@never_cache
def message(request: HttpRequest, message_id: str) -> HttpResponse:
    """Show one message."""
    return render(request, "demo/message.html", {"message": _found(message_id)})


@public
@require_safe
@never_cache
@xframe_options_sameorigin
@csp_override(STRANGER)
def message_html(request: HttpRequest, message_id: str) -> HttpResponse:
    """Return a mail's own HTML for the frame on its page, where it can do nothing."""
    found = _found(message_id)
    if not found.html:
        raise Http404
    return HttpResponse(f'<base target="_top">{found.html}')


@public
@require_safe
@never_cache
def attachment(request: HttpRequest, message_id: str, number: int) -> HttpResponse:
    """Hand out a file that came with a mail, to save and not to show."""
    files = _found(message_id).attachments
    if number >= len(files):
        raise Http404
    kind = "text/calendar" if files[number].kind == "text/calendar" else "application/octet-stream"
    response = HttpResponse(files[number].content, content_type=kind)
    disposition = content_disposition_header(True, files[number].name)
    response["Content-Disposition"] = disposition or "attachment"
    return response


def _found(message_id: str) -> mailbox.Message:
    message = mailbox.message(settings.HOME, message_id)
    if message is None:
        raise Http404
    return message
