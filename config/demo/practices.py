"""What is told of the two demo practices; everything else follows from the seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from accounts.models import Role


@dataclass(frozen=True, slots=True)
class Staff:
    """One of a practice's people."""

    name: str
    mail: str
    role: str
    profession: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The client whose words occur in no other record, so that a search for them proves something."""

    given_name: str
    family_name: str
    email: str
    phone: str
    note_phrase: str


@dataclass(frozen=True, slots=True)
class Practice:
    """What is told of a demo practice; everything else follows from the seed."""

    name: str
    slug: str
    country: str
    subdivision: str
    zone: str
    currency: str
    locations: tuple[tuple[str, str], ...]
    staff: tuple[Staff, ...]
    services: tuple[tuple[str, int, int, int], ...]
    clients: int
    phone: str
    desk_phone: str
    known: Known
    template: str
    class_name: str
    programme_name: str
    asked_name: str
    months_back: int = 8
    needs_room: str = ""
    student: str = ""


def small(practice: Practice) -> Practice:
    """Return a practice with few clients and one month behind it: ready sooner, and told alike."""
    return replace(practice, clients=60, months_back=1)


HARBOUR = Practice(
    name="Harbour Physio",
    slug="harbour-physio",
    country="AU",
    subdivision="AU-NSW",
    zone="Australia/Sydney",
    currency="AUD",
    locations=(("Circular Quay", "2 Lighthouse Parade, Sydney"), ("Marrickville", "18 Wattle Street, Marrickville")),
    staff=(
        Staff("Mei Tanaka", "mei@harbour.example", Role.OWNER, "Physiotherapist"),
        Staff("Tom Okafor", "tom@harbour.example", Role.PRACTITIONER, "Physiotherapist"),
        Staff("Aroha Ngata", "aroha@harbour.example", Role.PRACTITIONER, "Podiatrist"),
        Staff("Sam Lindqvist", "sam@harbour.example", Role.PRACTITIONER, "Exercise physiologist"),
        Staff("Dana Petrovic", "desk@harbour.example", Role.RECEPTION),
        Staff("Priya Nair", "manager@harbour.example", Role.MANAGER),
        Staff("Owen Blake", "books@harbour.example", Role.BOOKKEEPER),
    ),
    services=(
        ("First visit", 60, 13500, 2),
        ("Follow-up", 45, 9800, 1),
        ("Short review", 30, 7200, 4),
        ("Gait assessment", 60, 14500, 3),
    ),
    class_name="Movement class",
    programme_name="Knee programme",
    asked_name="Home visit",
    clients=1200,
    phone="+61 491 5",
    desk_phone="+61 2 5550 0142",
    known=Known(
        "Marigold", "Quillfeather", "marigold.quillfeather@posthaste.example", "+61 491 570 156",
        "Hums Vivaldi while balancing on the left leg",
    ),
    template="Physio follow-up",
    needs_room="Gait assessment",
    student="Sam Lindqvist",
)  # fmt: skip
LIFFEY = Practice(
    name="Liffey Psychology",
    slug="liffey-psychology",
    country="IE",
    subdivision="",
    zone="Europe/Dublin",
    currency="EUR",
    locations=(("Ormond Quay", "7 Ormond Quay, Dublin"),),
    staff=(
        Staff("Saoirse Keogh", "saoirse@liffey.example", Role.OWNER, "Psychologist"),
        Staff("Tadhg Moran", "tadhg@liffey.example", Role.PRACTITIONER, "Psychologist"),
    ),
    services=(("First conversation", 60, 12000, 5), ("Session", 50, 9500, 1)),
    class_name="Lunchtime calm",
    programme_name="Sleep programme",
    asked_name="Couples session",
    clients=160,
    phone="+353 20 91",
    desk_phone="+353 20 914 0142",
    known=Known(
        "Peregrine", "Saltmarsh", "peregrine.saltmarsh@quillpost.example", "+353 20 917 4410",
        "Dreams of a lighthouse whose keeper knits",
    ),
    template="Psychology session",
)  # fmt: skip

POLICY = (
    "Please tell us a day before if you can't come, so that somebody else can have the time. You can change or cancel by "
    "the link in your confirmation.\n\nA visit that is missed, or cancelled later than that, costs half its price. If you "
    "are ill, call us: then it costs nothing."
)
NOTICE = (
    "{practice} keeps your details and your clinical record to care for you, to book and to remind you. They stay in"
    " {city}. Only the people who treat you and our front desk see them. We don't sell them or use them for advertising."
    " You may ask us for a copy, a correction or deletion at any time."
)
