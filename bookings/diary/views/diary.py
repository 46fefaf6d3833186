"""The diary's page: day, week, month and list, and what a member chooses to see of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Location
from accounts.permissions import Permission, require
from accounts.places import bookable
from accounts.requests import AccountRequest
from bookings.diary.choice import choose
from bookings.diary.news import state_now
from bookings.diary.paper import Paper, paper
from bookings.diary.query import ALL, Asked, Look
from bookings.diary.views.frame import DIARY, context_of, page_of, panel_of
from clients.disclosures.outward import stays


@require(Permission.DIARY_VIEW)
@require_safe
def diary(request: AccountRequest) -> HttpResponse:
    """Show the diary that the query asks for, with the side panel of `?appointment=` open."""
    asked = Asked.read(request.GET)
    context = context_of(request, page_of(request, asked))
    if asked.appointment:
        context["panel"] = panel_of(request, asked.appointment)
    return render(request, DIARY, context)


@require(Permission.DIARY_VIEW)
@require_safe
def diary_news(request: AccountRequest) -> HttpResponse:
    """Answer an open page that asks whether anything changed: nothing (204), or the days drawn anew."""
    asked = Asked.read(request.GET)
    if asked.day and state_now(asked.days(asked.day)) == request.GET.get("state"):
        return HttpResponse(status=204)
    return render(request, f"{DIARY}#diary", context_of(request, page_of(request, asked)))


@require(Permission.DIARY_VIEW)
@require_safe
@stays("the practice's own day on paper: times and names, for its own desk")
def diary_paper(request: AccountRequest) -> HttpResponse:
    """Show a day or a week as a list for paper: with names, with initials, or with neither."""
    asked = Asked.read(request.GET)
    if asked.look != Look.WEEK:
        asked = asked.but(look=Look.DAY)
    names = request.GET.get("names", "")
    shown = paper(page_of(request, asked), names=Paper(names) if names in Paper else Paper.NAMES)
    address = request.account.url("diary_paper") + asked.query()
    context = {
        "paper": shown,
        "choices": [
            {"label": each.label, "url": f"{address}&names={each}", "current": each == shown.names}
            for each in Paper
        ],
        "back_url": request.account.url("diary") + asked.query(),
    }
    return render(request, "bookings/diary_paper.html", context)


@require(Permission.DIARY_VIEW)
@require_POST
def diary_choice(request: AccountRequest) -> HttpResponse:
    """Show these people and this location from now on, here and on the member's next visit.

    Everybody is the absence of a choice.
    """
    asked = Asked.read(request.POST)
    active = list(bookable())
    wanted = [each for each in active if each.pk in (asked.practitioners or ())]
    if len(wanted) == len(active):
        wanted = []
    where = Location.objects.filter(pk=asked.location).first() if asked.location != ALL else None
    choose(member=request.member, practitioners=wanted, location=where)
    shown = asked.but(
        practitioners=tuple(each.pk for each in wanted),
        location=where.pk if where else asked.location,
    )
    return redirect(request.account.url("diary") + shown.query())
