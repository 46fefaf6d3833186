"""Who walks through a journey, and what they have come to so far."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

from tests.journeys.running import Demo


@dataclass(slots=True)
class Story:
    """The practice, its first client, and the two windows they look through."""

    demo: Demo
    desk: Page
    phone: Page
    owner: str = "Aroha Ngata"
    owner_email: str = "aroha@karori.example"
    owner_password: str = "kowhai paddock tram"
    practice: str = "Karori Foot Clinic"
    service: str = "First visit"
    given_name: str = "Thistledown"
    family_name: str = "Okonjo-Varga"
    email: str = "thistledown@posthaste.example"
    phone_number: str = "021 555 0199"
    comment: str = "Wobbles on cobblestones since Easter"
    plan: str = "Marbles with bare toes twice a day"
    addendum: str = "Phoned: the marbles have rolled under the piano"
    letter: str = "Referred for a squeaking big toe"
    slug: str = ""
    account_id: str = ""
    starts_at: str = ""
    note_url: str = ""

    @property
    def booking_url(self) -> str:
        """Where the practice's clients book."""
        return f"{self.demo.url}/book/{self.slug}/"

    @property
    def words(self) -> list[str]:
        """What was typed of the client, which no database may hold in the clear."""
        return [
            self.given_name,
            self.family_name,
            self.email,
            self.comment,
            self.plan,
            self.addendum,
        ]

    def within(self, path: str) -> str:
        """Return the address of a page of the practice."""
        return f"{self.demo.url}/a/{self.slug}/{path}"
