"""Who works here: inviting, joining, roles, leaving; each with a neighbour and a role that may not."""

import re
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import handing_over, invitations, outbox, team
from accounts.middleware import UNATTENDED
from accounts.models import (
    Account,
    AccountAccess,
    Handover,
    Invitation,
    Member,
    OutboxJob,
    Practitioner,
    RegionSession,
    Role,
    User,
)
from accounts.tenancy import acting_in
from privacy.vocabulary import clock
from tests import parts
from tests.browser import sign_in
from tests.conftest import HOME
from tests.factories import make_account, make_member, make_user, owner_of

pytestmark = pytest.mark.django_db(databases="__all__")

INES = {"name": "Ines Duarte", "email": "ines@mail.example", "role": Role.RECEPTION}


@pytest.fixture
def account() -> Account:
    """An account with its Owner."""
    return make_account(name="Harbour Physio")


@pytest.fixture
def owner(client: Client, account: Account) -> Client:
    """The Owner's browser."""
    sign_in(client, User.objects.get(accesses__account=account), account)
    return client


@pytest.fixture(autouse=True)
def mailbox(settings: Any) -> None:
    """Every route's mail, kept in memory."""
    settings.MAILERS = {
        name: {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}
        for name in settings.MAILERS
    }
    mail.outbox = []


def run_jobs(account: Account) -> None:
    """Do what waits in the outbox, as the region's worker does."""
    with acting_in(account.ref):
        waiting = list(OutboxJob.objects.filter(done_at=None))
    for job in waiting:
        outbox.run(account.ref, job.pk)


def invite(account: Account, **values: Any) -> str:
    """Invite somebody as the Owner; return the link's path from the mail."""
    with acting_in(account.ref):
        by = Member.objects.get(role=Role.OWNER).actor
        invitations.invite(by=by, **{**INES, "is_practitioner": False, **values})
    run_jobs(account)
    found = re.search(r"http://localhost:8000(\S+)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_an_invitation_goes_out_by_mail(owner: Client, account: Account) -> None:
    answer = owner.post(f"/a/{account.slug}/settings/team/invitations/", INES)
    assert answer.status_code == 302
    run_jobs(account)
    sent = mail.outbox[0]
    assert sent.to == ["ines@mail.example"]
    assert "Harbour Physio" in sent.subject
    assert "Reception" in str(sent.body)
    listing = owner.get(f"/a/{account.slug}/settings/team/").content.decode()
    assert "Ines Duarte" in listing


def test_a_token_is_stored_as_its_hash_alone(account: Account) -> None:
    token = invite(account).rstrip("/").rpartition("/")[2]
    with acting_in(account.ref):
        invitation = Invitation.objects.get()
        assert token.encode() not in bytes(invitation.digest)
        assert all(token not in str(job.payload) for job in OutboxJob.objects.all())
        assert invitations.by_token(token) == invitation
        assert invitations.by_token("x" * len(token)) is None


def test_faults_in_an_invitation_keep_what_was_typed(owner: Client, account: Account) -> None:
    page = f"/a/{account.slug}/settings/team/invitations/"
    body = owner.post(page, {**INES, "email": "not an address"}).content.decode()
    assert "Ines Duarte" in body
    assert "not an address" in body
    assert owner.post(page, {**INES, "role": Role.OWNER}).status_code == 200
    with acting_in(account.ref):
        assert Invitation.objects.count() == 0


def test_who_is_in_the_team_is_not_invited(owner: Client, account: Account) -> None:
    user, _ = make_member(account)
    body = owner.post(
        f"/a/{account.slug}/settings/team/invitations/", {**INES, "email": user.email.upper()}
    ).content.decode()
    assert "in the team already" in body


def test_a_new_user_joins(client: Client, account: Account) -> None:
    link = invite(account, is_practitioner=True, role=Role.PRACTITIONER)
    page = client.get(link)
    assert "Join Harbour Physio" in page.content.decode()
    signed_up = client.post(
        f"/sign-in/signup/?next={link}",
        {"email": INES["email"], "password1": "three random words here", "next": link},
    )
    assert signed_up["Location"] == link  # the mail reached that address: no second code
    joined = client.post(link)
    assert joined["Location"] == f"/enter/{account.slug}/"
    assert (
        client.get(joined["Location"], follow=True)
        .redirect_chain[-1][0]
        .startswith(f"/a/{account.slug}/")
    )
    with acting_in(account.ref):
        member = Member.objects.get(role=Role.PRACTITIONER)
        assert (member.name, member.email) == ("Ines Duarte", "ines@mail.example")
        assert Practitioner.objects.filter(member=member, deactivated_at=None).count() == 1
    assert client.post(link).status_code == 404


def test_an_existing_user_joins_a_second_account(client: Client, account: Account) -> None:
    user = make_user()
    own = make_account(owner=user)
    link = invite(account)
    client.force_login(user)
    client.post(link)
    assert {a.account_id for a in AccountAccess.objects.filter(user=user)} == {own.pk, account.pk}
    with acting_in(own.ref):
        assert Member.objects.get().role == Role.OWNER
    with acting_in(account.ref):
        assert Member.objects.get(user_id=user.pk).role == Role.RECEPTION


def test_a_link_opens_nothing_without_a_sign_in(client: Client, account: Account) -> None:
    link = invite(account)
    client.post(link)
    with acting_in(account.ref):
        assert Member.objects.count() == 1


def test_a_link_of_another_account_is_not_found(client: Client, account: Account) -> None:
    link = invite(account)
    other = make_account()
    assert client.get(link.replace(account.slug, other.slug)).status_code == 404
    assert client.get(link.replace(account.slug, "no-such-practice")).status_code == 404


def test_a_link_lives_seven_days(client: Client, account: Account, settings: Any) -> None:
    link = invite(account)
    settings.CLOCK_OFFSET = timedelta(days=7, minutes=1)
    answer = client.get(link)
    assert answer.status_code == 404
    assert "send it again" in answer.content.decode()


def test_sending_again_replaces_the_link(owner: Client, account: Account, settings: Any) -> None:
    old = invite(account)
    with acting_in(account.ref):
        invitation = Invitation.objects.get()
    settings.CLOCK_OFFSET = timedelta(minutes=1)
    owner.post(f"/a/{account.slug}/settings/team/invitations/{invitation.pk}/sending/")
    run_jobs(account)
    new = re.search(r"http://localhost:8000(\S+)", str(mail.outbox[-1].body))
    assert new is not None
    assert new[1] != old
    assert Client().get(old).status_code == 404
    assert Client().get(new[1]).status_code == 200


def test_a_withdrawn_link_is_dead(owner: Client, account: Account) -> None:
    link = invite(account)
    with acting_in(account.ref):
        invitation = Invitation.objects.get()
    page = f"/a/{account.slug}/settings/team/invitations/{invitation.pk}/withdrawal/"
    assert owner.post(page).status_code == 302
    assert Client().get(link).status_code == 404
    assert owner.post(page).status_code == 404


def test_a_role_changes_from_the_next_click(owner: Client, account: Account) -> None:
    user, member = make_member(account, Role.RECEPTION)
    theirs = Client()
    sign_in(theirs, user, account)
    page = f"/a/{account.slug}/settings/team/members/{member.pk}/"
    assert owner.get(page).status_code == 200
    assert owner.post(page, {"role": Role.BOOKKEEPER}).status_code == 302
    with acting_in(account.ref):
        assert Member.objects.get(pk=member.pk).role == Role.BOOKKEEPER
    assert theirs.get(f"/a/{account.slug}/").status_code == 302


def test_nobody_becomes_owner_by_a_role(owner: Client, account: Account) -> None:
    _, member = make_member(account)
    page = f"/a/{account.slug}/settings/team/members/{member.pk}/"
    assert owner.post(page, {"role": Role.OWNER}).status_code == 200
    with acting_in(account.ref):
        with pytest.raises(team.OwnerStays):
            team.change_role(by=member.actor, member=member, role=Role.OWNER)
        assert Member.objects.filter(role=Role.OWNER).count() == 1


def test_removal_ends_sessions_at_once_and_keeps_what_was_done(
    owner: Client, account: Account
) -> None:
    user, member = make_member(account, Role.PRACTITIONER)
    theirs = Client()
    sign_in(theirs, user, account)
    with acting_in(account.ref):
        mine = Practitioner(member=member, name=member.name)
        mine.save(force_insert=True)
    page = f"/a/{account.slug}/settings/team/members/{member.pk}/removal/"
    assert owner.get(page).status_code == 200
    with acting_in(account.ref, by=member.actor):
        team.change_rights(
            by=owner_of(account).actor, member=member, levels={"team": "yes", "times": "yes"}
        )
        invitations.invite(
            by=member.actor,
            name="Ines",
            email="ines@mail.example",
            role=Role.RECEPTION,
            is_practitioner=False,
        )
        waiting = Invitation.objects.get()
    assert owner.post(page).status_code == 302
    assert theirs.get(f"/a/{account.slug}/settings/you/").status_code == 302
    # So do the requests of a page that is open, and those that it makes by itself
    inside = f"/a/{account.slug}/"
    for path, headers in (
        ("diary/news/", {"HX-Request": "true", UNATTENDED: "1"}),
        ("clients/", {"HX-Request": "true"}),
        (f"exports/{mine.pk}/file/", {}),
    ):
        assert theirs.get(inside + path, headers=headers).status_code in (302, 401), path
    assert theirs.post(f"{inside}clients/search/", {"q": "a"}).status_code == 401
    assert client_of_link(account, waiting) == 404
    with acting_in(account.ref):
        assert RegionSession.objects.filter(member=member).count() == 0
        assert Practitioner.objects.get(pk=mine.pk).deactivated_at is not None
        assert Member.objects.get(pk=member.pk).removed_at is not None
    run_jobs(account)
    assert not AccountAccess.objects.filter(user=user).exists()
    assert theirs.get(f"/enter/{account.slug}/").status_code == 404


def client_of_link(account: Account, invitation: Invitation) -> int:
    """Return how the link of an invitation answers."""
    link = reverse("invitation", args=[account.slug, invitations.token_of(invitation)])
    return Client().get(link).status_code


def test_who_was_removed_can_come_back(owner: Client, account: Account) -> None:
    user, member = make_member(account)
    with acting_in(account.ref):
        team.remove(by=owner_of(account).actor, member=Member.objects.get(pk=member.pk))
    run_jobs(account)
    link = invite(account, email=user.email)
    theirs = Client()
    theirs.force_login(user)
    assert theirs.post(link).status_code == 302
    with acting_in(account.ref):
        assert Member.objects.get(user_id=user.pk).removed_at is None
    assert theirs.get(f"/enter/{account.slug}/").status_code == 302


def test_the_owner_is_not_removed(owner: Client, account: Account) -> None:
    me = owner_of(account)
    owner.post(f"/a/{account.slug}/settings/team/members/{me.pk}/removal/")
    with acting_in(account.ref):
        assert Member.objects.get(pk=me.pk).removed_at is None
        with pytest.raises(team.OwnerStays):
            team.remove(by=me.actor, member=me)


def test_handing_over_needs_the_password_again(owner: Client, account: Account) -> None:
    _, member = make_member(account)
    page = f"/a/{account.slug}/settings/team/members/{member.pk}/ownership/"
    answer = owner.get(page)
    assert answer.status_code == 302
    assert "again=1" in answer["Location"]
    assert owner.post(page).status_code == 401


def test_the_account_is_offered_and_accepted(
    client: Client, account: Account, settings: Any
) -> None:
    mine = User.objects.get(accesses__account=account)
    user, member = make_member(account)
    _, other = make_member(account)
    theirs = Client()
    sign_in(client, mine, account, stepped_up=True)
    sign_in(theirs, user, account)
    at = f"/a/{account.slug}/settings/"
    page, answer = f"{at}team/members/{member.pk}/ownership/", f"{at}ownership/"
    assert theirs.get(answer).status_code == 404
    assert client.get(page).status_code == 200
    # Offered to one, then to another instead, and taken back
    client.post(page.replace(str(member.pk), str(other.pk)))
    assert client.post(page).status_code == 302
    assert "Take it back" in client.get(f"{at}team/members/{member.pk}/").text
    run_jobs(account)
    assert sorted(m.to[0] for m in mail.outbox[-2:]) == sorted([mine.email, user.email])
    assert any(answer in str(m.body) for m in mail.outbox[-2:])
    with acting_in(account.ref):
        assert Member.objects.get(role=Role.OWNER).user_id == mine.pk
        assert list(Handover.objects.order_by("offered_at").values_list("end", flat=True)) == [
            "withdrawn",
            "",
        ]
    assert client.post(f"{answer}withdrawal/").status_code == 302
    assert theirs.get(answer).status_code == 404
    # Declined; lapsed; accepted by whoever proves who they are
    client.post(page)
    assert theirs.post(f"{answer}refusal/").status_code == 302
    client.post(page)
    settings.CLOCK_OFFSET = timedelta(days=7, minutes=1)
    with acting_in(account.ref), pytest.raises(handing_over.Gone):
        handing_over.accept(by=member.actor)
    settings.CLOCK_OFFSET = timedelta()
    assert "offered to you" in theirs.get(f"{at}you/").text
    assert theirs.post(f"{answer}acceptance/").status_code == 401
    with acting_in(account.ref), pytest.raises(handing_over.Gone):
        handing_over.accept(by=other.actor)
    sign_in(theirs, user, account, stepped_up=True)
    assert theirs.get(f"{answer}acceptance/")["Location"].endswith("/settings/ownership/")
    assert theirs.post(f"{answer}acceptance/").status_code == 302
    with acting_in(account.ref):
        assert Member.objects.get(role=Role.OWNER).pk == member.pk
        assert Member.objects.get(user_id=mine.pk).role == Role.PRACTITIONER
    run_jobs(account)
    assert "is now the owner" in str(mail.outbox[-1].body)
    assert AccountAccess.objects.get(is_owner=True).user_id == user.pk
    assert client.get(f"{at}team/").status_code == 403
    assert theirs.post(f"{answer}acceptance/").status_code == 404


def test_a_practitioner_is_deactivated_and_back(owner: Client, account: Account) -> None:
    with acting_in(account.ref):
        pk = Practitioner.objects.get().pk
    page = f"/a/{account.slug}/settings/team/practitioners/{pk}/"
    assert owner.get(page).status_code == 200
    owner.post(f"{page}deactivation/")
    with acting_in(account.ref):
        assert Practitioner.objects.get().deactivated_at is not None
    assert (
        "No longer sees clients" in owner.get(f"/a/{account.slug}/settings/team/").content.decode()
    )
    owner.post(f"{page}reactivation/")
    with acting_in(account.ref):
        assert Practitioner.objects.get().deactivated_at is None


def test_what_clients_see_is_changed(owner: Client, account: Account) -> None:
    with acting_in(account.ref):
        pk = Practitioner.objects.get().pk
    page = f"/a/{account.slug}/settings/team/practitioners/{pk}/"
    owner.post(page, {"name": "Dr Mei Tanaka", "profession": "Physiotherapist", "registration": ""})
    with acting_in(account.ref):
        found = Practitioner.objects.get()
        assert (found.name, found.profession, found.is_online) == (
            "Dr Mei Tanaka",
            "Physiotherapist",
            False,
        )
    assert owner.post(page, {"name": ""}).status_code == 200


def test_a_member_is_let_practise(owner: Client, account: Account) -> None:
    _, member = make_member(account)
    answer = owner.post(f"/a/{account.slug}/settings/team/members/{member.pk}/practice/")
    with acting_in(account.ref):
        made = Practitioner.objects.get(member=member)
    assert answer["Location"].endswith(f"/practitioners/{made.pk}/")


def pages(member: Member, practitioner: Practitioner, invitation: Invitation) -> list[str]:
    """Every page of the team."""
    return [
        "",
        "invitations/",
        f"invitations/{invitation.pk}/sending/",
        f"invitations/{invitation.pk}/withdrawal/",
        f"members/{member.pk}/",
        f"members/{member.pk}/removal/",
        f"members/{member.pk}/ownership/",
        f"members/{member.pk}/practice/",
        f"practitioners/{practitioner.pk}/",
        f"practitioners/{practitioner.pk}/deactivation/",
        f"practitioners/{practitioner.pk}/reactivation/",
    ]


@pytest.fixture
def team_pages(account: Account) -> list[str]:
    """The pages about the rows of `account`."""
    invite(account)
    _, member = make_member(account)
    with acting_in(account.ref):
        return pages(member, Practitioner.objects.get(), Invitation.objects.get())


@pytest.mark.parametrize("role", [Role.PRACTITIONER, Role.RECEPTION, Role.BOOKKEEPER])
def test_other_roles_may_not(
    client: Client, account: Account, team_pages: list[str], role: str
) -> None:
    user, _ = make_member(account, role)
    sign_in(client, user, account, stepped_up=True)
    for page in team_pages:
        assert client.post(f"/a/{account.slug}/settings/team/{page}").status_code == 403, page


def test_a_neighbours_rows_are_not_there(client: Client, team_pages: list[str]) -> None:
    neighbour = make_user()
    own = make_account(owner=neighbour)
    sign_in(client, neighbour, own, stepped_up=True)
    for page in team_pages:
        if re.search(r"[0-9a-f]{8}-", page):
            assert client.post(f"/a/{own.slug}/settings/team/{page}").status_code == 404, page


def test_a_neighbour_has_no_session_here(
    client: Client, account: Account, team_pages: list[str]
) -> None:
    neighbour = make_user()
    own = make_account(owner=neighbour)
    sign_in(client, neighbour, own)
    answer = client.get(f"/a/{account.slug}/settings/team/")
    assert answer["Location"].startswith(f"/enter/{account.slug}/")
    assert client.get(answer["Location"]).status_code == 404


def test_the_list_takes_the_same_queries_for_one_and_three(owner: Client, account: Account) -> None:
    def count() -> int:
        with CaptureQueriesContext(connections["region_au"]) as queries:
            owner.get(f"/a/{account.slug}/settings/team/")
        return len(queries)

    owner.get(f"/a/{account.slug}/settings/team/")
    one = count()
    for _ in range(2):
        _, member = make_member(account)
        with acting_in(account.ref):
            Practitioner(member=member, name=member.name).save(force_insert=True)
    assert count() == one


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_each_change_is_one_audit_row(account: Account) -> None:
    user, _ = make_member(account)
    me = owner_of(account)
    before = len(audited(account))
    with acting_in(account.ref):
        member = Member.objects.get(user_id=user.pk)
        team.change_role(by=me.actor, member=member, role=Role.BOOKKEEPER)
        practitioner = team.let_practise(by=me.actor, member=member)
        team.deactivate(by=me.actor, practitioner=practitioner)
        team.reactivate(by=me.actor, practitioner=practitioner)
        team.rename(by=me.actor, member=member, name="Another Name")
        team.hand_over(by=me.actor, member=member)
    assert audited(account)[before:] == [
        "member.role_changed",
        "practitioner.added",
        "practitioner.deactivated",
        "practitioner.reactivated",
        "member.renamed",
        "account.handed_over",
    ]


def audited(account: Account) -> list[str]:
    """Return the account's committed events in order, which the app itself can't read."""
    name = connections["region_au"].settings_dict["NAME"]
    query = "SELECT action FROM accounts_auditqueue WHERE account_id = %s ORDER BY id"
    with psycopg.connect(parts.standing(HOME).postgres, dbname=name) as superuser:
        return [row[0] for row in superuser.execute(query, [account.pk])]


def test_the_clock_of_an_invitation_is_the_products(account: Account) -> None:
    invite(account)
    with acting_in(account.ref):
        left = Invitation.objects.get().expires_at - clock.now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
