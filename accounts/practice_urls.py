"""Addresses of this app within an account."""

from django.urls import URLPattern, path

from accounts.views import entry, handover, locations, own, settings, sign_ins, team

urlpatterns: list[URLPattern] = [
    path("", entry.practice_home, name="practice_home"),
    path("enter/", entry.enter_region, name="enter_region"),
    path("leave/", entry.leave, name="leave"),
    path("settings/", settings.landing, name="settings"),
    path("settings/practice/", settings.practice, name="practice"),
    path("settings/privacy-notice/", settings.privacy_notice, name="privacy_notice"),
    path("settings/security/", settings.security, name="security"),
    path("settings/locations/", locations.listing, name="locations"),
    path("settings/locations/new/", locations.new, name="location_new"),
    path("settings/locations/<uuid:pk>/", locations.edit, name="location"),
    path(
        "settings/locations/<uuid:pk>/restoration/",
        locations.restoration,
        name="location_restoration",
    ),
    path("settings/you/", own.own_account, name="own_account"),
    path("settings/sign-ins/", sign_ins.sign_ins, name="sign_ins"),
    path("settings/you/sign-ins/", sign_ins.own_sign_ins, name="own_sign_ins"),
    path("settings/you/sessions/end/", own.end_others, name="sessions_end"),
    path("settings/you/sessions/<uuid:pk>/end/", own.end_session, name="session_end"),
    path("settings/ownership/", handover.handover, name="handover"),
    path("settings/ownership/acceptance/", handover.acceptance, name="handover_acceptance"),
    path("settings/ownership/refusal/", handover.refusal, name="handover_refusal"),
    path("settings/ownership/withdrawal/", handover.withdrawal, name="handover_withdrawal"),
    path("settings/team/", team.people, name="team"),
    path("settings/team/invitations/", team.invite, name="team_invite"),
    path("settings/team/invitations/<uuid:pk>/sending/", team.resend, name="invitation_send"),
    path(
        "settings/team/invitations/<uuid:pk>/withdrawal/", team.withdraw, name="invitation_withdraw"
    ),
    path("settings/team/members/<uuid:pk>/", team.member, name="member"),
    path("settings/team/roles/", team.roles, name="team_roles"),
    path("settings/team/members/<uuid:pk>/rights/", team.rights, name="member_rights"),
    path("settings/team/members/<uuid:pk>/removal/", team.removal, name="member_removal"),
    path("settings/team/members/<uuid:pk>/ownership/", handover.ownership, name="member_ownership"),
    path("settings/team/members/<uuid:pk>/practice/", team.practise, name="member_practise"),
    path("settings/team/practitioners/<uuid:pk>/", team.practitioner, name="practitioner"),
    path(
        "settings/team/practitioners/<uuid:pk>/deactivation/",
        team.deactivation,
        name="practitioner_deactivate",
    ),
    path(
        "settings/team/practitioners/<uuid:pk>/reactivation/",
        team.reactivation,
        name="practitioner_reactivate",
    ),
]
