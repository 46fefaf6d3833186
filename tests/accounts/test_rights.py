"""The permission matrix: its levels and limits, who can change them, and that it counts at once (A2)."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import Client as Browser
from django.urls import reverse

from accounts import places, sessions, team
from accounts.models import Member, Role, User
from accounts.permissions import Permission
from accounts.rights import MATRIX, ROLE_PERMISSIONS, Area, levels_of, permissions_of
from accounts.tenancy import acting_in, confine, everywhere
from bookings.appointments.drafting import draft
from bookings.models import Appointment, Attendee
from clients import caring, directory, records
from clients.models import Client
from privacy.vocabulary.scope import SYSTEM
from tests.accounts.test_team import audited
from tests.browser import sign_in
from tests.factories import (
    make_account,
    make_appointment,
    make_client,
    make_member,
    make_practice,
    make_user,
    owner_of,
)

P = Permission
OWNERS = {P.EXPORT, P.CLOSE, P.OWNERSHIP}


def test_the_matrix_gives_every_permission_and_the_owners_to_nobody_else() -> None:
    given = {each for row in MATRIX for level in row.levels for each in level.gives}
    assert given | OWNERS | {P.OWN_ACCOUNT} == set(Permission)
    assert not given & OWNERS
    assert ROLE_PERMISSIONS[Role.OWNER] == set(Permission)
    assert {row.area for row in MATRIX} == set(Area)
    for row in MATRIX:
        for role in set(Role) - {Role.OWNER}:
            assert row.level(row.usual[role]) in row.offered(role), (row.area, role)


@pytest.mark.parametrize(
    ("role", "rights", "area", "level"),
    [
        (Role.PRACTITIONER, {}, Area.NOTES, "all"),
        (Role.PRACTITIONER, {"notes": "own"}, Area.NOTES, "own"),
        (Role.RECEPTION, {"notes": "read"}, Area.NOTES, "read"),
        (Role.RECEPTION, {"notes": "all"}, Area.NOTES, "no"),  # beyond its limit
        (Role.BOOKKEEPER, {"files": "read"}, Area.FILES, "no"),
        (Role.OWNER, {"notes": "no"}, Area.NOTES, "all"),
        (Role.MANAGER, {"team": "nonsense"}, Area.TEAM, "yes"),
    ],
)
def test_a_level_beyond_the_limit_counts_as_the_usual_one(
    role: str, rights: dict[str, str], area: Area, level: str
) -> None:
    assert levels_of(role, rights)[area].name == level


@pytest.mark.django_db(databases="__all__", transaction=True)
def test_the_owner_changes_what_a_member_may_do_and_it_counts_at_once(client: Browser) -> None:
    owner = make_user()
    account = make_account(owner=owner)
    user, member = make_member(account, Role.PRACTITIONER)
    theirs, manager = Browser(), Browser()
    sign_in(theirs, user, account)
    sign_in(client, owner, account)
    sign_in(manager, make_member(account, Role.MANAGER)[0], account)
    page = f"/a/{account.slug}/settings/team/members/{member.pk}/rights/"
    notes = reverse("notes", args=[account.slug])
    assert theirs.get(notes).status_code == 200
    assert manager.get(page).status_code == 403
    shown = client.get(page)
    assert "usual" in shown.text
    levels = {str(row.area): row.usual[Role.PRACTITIONER] for row in MATRIX}
    assert client.post(page, levels | {"notes": "nonsense"}).status_code == 200
    refused = client.post(page, levels | {"clients": "reach"})
    assert "has to see the record" in refused.text
    before = len(audited(account))
    assert client.post(page, levels).status_code == 302
    assert audited(account)[before:] == []
    assert client.post(page, levels | {"notes": "no", "settings": "yes"}).status_code == 302
    assert audited(account)[before:] == ["member.rights_changed"]
    with acting_in(account.ref):
        kept = Member.objects.get(pk=member.pk)
        assert kept.rights == {"notes": "no", "settings": "yes"}
    assert theirs.get(notes).status_code == 403
    assert theirs.get(reverse("services", args=[account.slug])).status_code == 200
    told = client.get(f"/a/{account.slug}/settings/team/members/{member.pk}/").text
    assert "the role alone" in told
    assert "Manager" in client.get(f"/a/{account.slug}/settings/team/roles/").text
    # Another role begins with its own rights
    client.post(f"/a/{account.slug}/settings/team/members/{member.pk}/", {"role": Role.RECEPTION})
    with acting_in(account.ref):
        kept = Member.objects.get(pk=member.pk)
        assert (kept.role, kept.rights) == (Role.RECEPTION, {})
        me = owner_of(account)
        with pytest.raises(team.OwnerStays):
            team.change_rights(by=me.actor, member=me, levels={"notes": "no"})
    neighbour = make_user()
    sign_in(client, neighbour, other := make_account(owner=neighbour))
    assert client.get(page.replace(account.slug, other.slug)).status_code == 404


@pytest.mark.django_db(databases="__all__")
def test_nobody_gives_more_than_they_have(client: Browser) -> None:
    account = make_account()
    user, manager = make_member(account, Role.MANAGER)
    _, colleague = make_member(account, Role.RECEPTION)
    sign_in(client, user, account)
    invite = f"/a/{account.slug}/settings/team/invitations/"
    person = {"name": "Ines", "email": "ines@mail.example"}
    assert 'value="practitioner"' not in client.get(invite).text
    assert client.post(invite, person | {"role": Role.PRACTITIONER}).status_code == 200
    assert client.post(invite, person | {"role": Role.RECEPTION}).status_code == 302
    for who in (colleague, manager):
        page = f"/a/{account.slug}/settings/team/members/{who.pk}/"
        assert client.post(page, {"role": Role.PRACTITIONER}).status_code == 200
        with acting_in(account.ref), pytest.raises(team.NotTheirsToGive):
            team.change_role(by=manager.actor, member=who, role=Role.PRACTITIONER)
    assert client.get(f"/a/{account.slug}/settings/security/").status_code == 403
    assert (
        client.get(f"/a/{account.slug}/settings/team/members/{colleague.pk}/ownership/").status_code
        == 403
    )
    # Who reads notes beyond the role can bring in who does
    with acting_in(account.ref):
        owner = owner_of(account)
        levels = {"notes": "all", "files": "all", "copies": "yes"}
        team.change_rights(by=owner.actor, member=manager, levels=levels)
        assert P.CLINICAL_WRITE in permissions_of(manager)
        assert Role.PRACTITIONER in team.roles_given_by(manager.actor)
        assert Role.OWNER not in team.roles_given_by(owner.actor)
    assert User.objects.count() == 3


@pytest.mark.django_db(databases="__all__")
def test_the_database_keeps_colleagues_clients_and_appointments() -> None:
    account = make_account()
    _, member = make_member(account, Role.PRACTITIONER)
    with acting_in(account.ref) as active:
        mine = team.let_practise(by=SYSTEM, member=member)
        location, theirs, service = make_practice()
        ours, other, shared = make_client(), make_client(), make_client()
        kept = make_appointment(ours, practitioner=mine)
        colleagues = make_appointment(other, practitioner=theirs)
        make_appointment(shared, practitioner=theirs)
        team.change_rights(
            by=owner_of(account).actor, member=member, levels={"clients": "own", "diary": "own"}
        )
        confine(active, sessions.sight_of(member))
        assert set(Client.objects.all()) == {ours}
        assert {each.id for each in directory.search("family")} == {ours.pk}
        assert list(Appointment.objects.all()) == [kept]
        assert list(Attendee.objects.values_list("client_id", flat=True)) == [ours.pk]
        with connections["region_au"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bookings_appointment")
            assert cursor.fetchone() == (1,)
        # What they add is theirs, and so is who is handed over to them, booked with them, or moved to them
        added = records.add(by=member.actor, values={"given_name": "Nia", "family_name": "Family"})
        with everywhere():
            assert Client.objects.count() == 4
            caring.change(by=SYSTEM, client=shared, practitioners=[mine])
        assert {each.id for each in directory.search("family")} == {ours.pk, added.pk, shared.pk}
        with everywhere():
            caring.change(by=SYSTEM, client=shared, practitioners=[])
        assert {each.id for each in directory.search("family")} == {ours.pk, added.pk}
        Appointment.objects.filter(pk=colleagues.pk).update(practitioner=mine)
        assert not Client.objects.filter(pk=other.pk).exists(), "what isn't seen can't be changed"
        with everywhere():
            Appointment.objects.filter(pk=colleagues.pk).update(practitioner=mine)
        assert set(Client.objects.all()) == {ours, added, other}
        with pytest.raises(PermissionDenied):
            draft(theirs, service, location, datetime(2027, 3, 1, 10))  # noqa: DTZ001 - wall time
        assert list(places.bookable()) == [mine]
