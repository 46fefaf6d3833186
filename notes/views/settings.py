"""Settings: the account's rules about notes, who supervises whom, and how one's own notes begin."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Practitioner
from accounts.permissions import Permission, require
from accounts.requests import AccountRequest
from notes import reading, reminding, rules
from notes.settings_forms import HabitForm, RulesForm, SupervisionForm

both = require_http_methods(["GET", "HEAD", "POST"])


@require(Permission.SETTINGS_EDIT)
@both
def note_settings(request: AccountRequest) -> HttpResponse:
    """Change the rules about notes, and who co-signs whose."""
    data = request.POST if request.method == "POST" else None
    form = RulesForm(rules.settings(), data)
    people = list(Practitioner.objects.filter(deactivated_at=None))
    profiles = rules.profiles_of(people)
    supervision = [SupervisionForm(profiles[each.pk], people, data) for each in people]
    if form.is_valid() and all(each.is_valid() for each in supervision):
        rules.change_settings(by=request.actor, **form.cleaned_data)
        for each in supervision:
            if each.is_changed:
                author = each.profile.practitioner
                rules.supervise(by=request.actor, author=author, supervisor=each.chosen)
        if form.cleaned_data["reminds"]:
            reminding.go_on()
        messages.success(request, _("Saved."))
        return redirect(request.account.url("note_settings"))
    context = {"form": form, "supervision": supervision}
    return render(request, "notes/settings.html", context, status=422 if form.is_bound else 200)


@require(Permission.CLINICAL_WRITE)
@both
def note_habit(request: AccountRequest) -> HttpResponse:
    """Choose who reads one's own notes from now on."""
    author = reading.practitioner_of(request.member)
    if author is None:
        return render(request, "notes/no_profile.html", {}, status=403)
    form = HabitForm(
        rules.profile_of(author),
        rules.clinicians(but=request.member.pk),
        request.POST if request.method == "POST" else None,
    )
    if form.is_valid():
        rules.change_habit(
            by=request.actor,
            author=author,
            visibility=form.cleaned_data["visibility"],
            named=form.named,
        )
        messages.success(request, _("Saved. Notes that you begin from now on are for them."))
        return redirect(request.account.url("notes"))
    return render(request, "notes/habit.html", {"form": form}, status=422 if form.errors else 200)
