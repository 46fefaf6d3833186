"""Every address of the product."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts.views import failures
from bookings.messaging import receipts

handler500 = "accounts.calm.server_error"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls")),
    path("", include("privacy.public_urls")),
    path("a/<slug:slug>/", include("accounts.practice_urls")),
    path("a/<slug:slug>/", include("clients.urls")),
    path("a/<slug:slug>/", include("clients.custom.urls")),
    path("a/<slug:slug>/", include("clients.importing.urls")),
    path("a/<slug:slug>/", include("clients.consents.urls")),
    path("a/<slug:slug>/", include("clients.disclosures.urls")),
    path("a/<slug:slug>/", include("clients.documents.urls")),
    path("a/<slug:slug>/", include("clients.restrictions.urls")),
    path("a/<slug:slug>/", include("clients.seen.urls")),
    path("a/<slug:slug>/", include("bookings.urls")),
    path("a/<slug:slug>/", include("notes.urls")),
    path("a/<slug:slug>/", include("notes.letters.urls")),
    path("a/<slug:slug>/", include("notes.intake.urls")),
    path("a/<slug:slug>/", include("privacy.urls")),
    path("a/<slug:slug>/", include("privacy.desk.urls")),
    path("book/<slug:slug>/", include("bookings.public.urls")),
    path("book/<slug:slug>/", include("bookings.waiting.public_urls")),
    path("book/<slug:slug>/", include("notes.letters.public_urls")),
    path("b/<slug:slug>/", include("bookings.public.short_urls")),
    path("book/<slug:slug>/", include("notes.intake.public_urls")),
    path("book/<slug:slug>/", include("privacy.desk.public_urls")),
    path("embed/<slug:slug>/", include("bookings.public.embed_urls")),
    path("receipts/<slug:provider>/<slug:slug>/", receipts.receipt, name="receipt"),
    path("sign-in/", include("allauth.account.urls")),
    path("sign-in/second-factor/", include("allauth.mfa.urls")),
    path("admin/", admin.site.urls),
    path("healthz", failures.healthz, name="healthz"),
    path("readyz", failures.readyz, name="readyz"),
]
if settings.DEMO or settings.TESTING:
    urlpatterns.append(path("demo/", include("config.demo.urls")))
