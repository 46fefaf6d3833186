"""Addresses outside accounts: the public site, sign-up, the way in, invitations."""

from django.urls import URLPattern, path

from accounts.views import entry, invitations, opening, public_site

urlpatterns: list[URLPattern] = [
    path("", public_site.home, name="home"),
    path("accounts/", public_site.accounts, name="accounts"),
    path("agreements/<slug:document>/<slug:version>/", public_site.agreement, name="agreement"),
    path("open/", opening.describe, name="open"),
    path("open/confirm/", opening.confirm, name="open_confirm"),
    path("open/<slug:account_slug>/", opening.founding, name="founding"),
    path("enter/<slug:account_slug>/", entry.enter, name="enter"),
    path("invitations/<slug:account_slug>/<str:token>/", invitations.invitation, name="invitation"),
    # Before allauth's own, whose page it uses: signing out here ends every practice's session too
    path("sign-in/logout/", entry.sign_out, name="account_logout"),
]
