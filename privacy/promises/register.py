"""The twenty-two promises of the privacy policy: what each says, what keeps it, what shows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise as Words
from django.utils.translation import gettext_lazy as _

from privacy.promises.evidence import Probe
from privacy.promises.probes import classes, keeping, policy, region, sharing


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise: its number in the policy, what it says, the mechanism, and what is asked whether it works.

    `probes` look at the running product; `tests` are the files whose recorded outcome counts, from the top of the
    repository.
    """

    number: int
    says: Words
    kept_by: Words
    probes: tuple[Probe, ...] = ()
    tests: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """How it is called, such as P12."""
        return f"P{self.number}"


PROMISES: tuple[Promise, ...] = (
    Promise(
        1,
        _("What identifies people and what says something about their health are told apart"),
        _("A class on every field; a field without one stops the build"),
        (classes.every_field_has_a_class,),
        ("tests/test_every_model.py",),
    ),
    Promise(
        2,
        _("You can run your practice with it: diary, records, business"),
        _("The product itself, walked through in a browser before each release"),
        (),
        ("tests/journeys/test_journey.py", "tests/journeys/test_diary.py"),
    ),
    Promise(
        3,
        _("Client Data is protected alike, by whichever door it came in"),
        _("One door for each kind of record; where it came from is kept with it"),
        (classes.every_record_says_where_it_came_from,),
        ("tests/clients/test_records.py", "tests/bookings/public/test_ways.py"),
    ),
    Promise(
        4,
        _("Client Data goes out only as you decide, or as law asks"),
        _("A ledger of every way out; what writes no row can't send"),
        (sharing.what_went_out_stands_in_the_ledger,),
        ("tests/test_every_way_out.py",),
    ),
    Promise(
        5,
        _("You answer for what your clients are told, and for their objections"),
        _("Agreements and notices by version, recorded where they are shown"),
        (sharing.the_owner_agreed_and_informs,),
        (),
    ),
    Promise(
        6,
        _("Your clients' questions reach you, and nobody learns who is a client"),
        _("A request desk of your own, with the same answer for everybody"),
    ),
    Promise(
        7,
        _("We collect data of Users and visitors only in the ways we list"),
        _("The list is held against the forms themselves"),
        (policy.every_form_is_listed,),
    ),
    Promise(
        8,
        _("Nobody has to hand over what isn't needed"),
        _("Fields that may stay empty; forms that say what can't be done without the others"),
        (),
        ("tests/test_every_form.py",),
    ),
    Promise(
        9,
        _("We use data of Users and visitors only for what we list"),
        _("A purpose on every field, and none without its words in the policy"),
        (policy.every_purpose_is_listed,),
    ),
    Promise(
        10,
        _("Data is shared only with services that are listed"),
        _("The list is the switchboard: nobody else can be called"),
        (sharing.everybody_called_is_listed,),
        ("tests/accounts/test_outbound.py",),
    ),
    Promise(
        11,
        _("Data centres around the world, each secured"),
        _("Regions that refuse to start with a part of another region"),
        (region.every_part_stands_here,),
        ("tests/accounts/test_whereabouts.py",),
    ),
    Promise(
        12,
        _("Client Data lives in the region closest to where you practise"),
        _("Region by rule, anchors in the database, credentials of one region only"),
        (region.it_lies_where_the_rule_says, region.nothing_lies_elsewhere),
        ("tests/accounts/test_jurisdiction.py", "tests/privacy/test_residency.py"),
    ),
    Promise(
        13,
        _("It leaves the region only for a request of yours"),
        _("A ledger of what left, approved by two, with an end"),
    ),
    Promise(
        14,
        _("What all regions share holds nothing about clients"),
        _("The database that is shared has no column for it"),
        (classes.control_holds_no_client,),
        ("tests/test_every_model.py",),
    ),
    Promise(
        15,
        _("Whoever gets data in another country gets it protected"),
        _("Encryption to the key of whoever receives it; the basis in the ledger"),
        (sharing.what_went_abroad_was_protected,),
        ("tests/privacy/export/test_age.py",),
    ),
    Promise(
        16,
        _("Client Data is kept for the life of your account"),
        _("The database lets nobody delete it, us included"),
        (keeping.nothing_of_clients_can_be_deleted,),
        ("tests/accounts/test_wall.py",),
    ),
    Promise(
        17,
        _("You can take everything with you, at any time"),
        _("A complete copy with its own verifier, also while the account closes"),
        (keeping.a_copy_can_be_had,),
        (
            "tests/privacy/test_exporting.py",
            "tests/privacy/export/test_verify_export.py",
            "tests/privacy/arrival/test_round_trip.py",
        ),
    ),
    Promise(
        18,
        _("Data of Users and visitors is kept as long as we are connected, or law asks"),
        _("A period for each kind of record, ended by the same number that you read"),
        (keeping.what_is_over_has_gone,),
        ("tests/privacy/test_sweeping.py",),
    ),
    Promise(
        19,
        _("At the end it is gone, and can't be brought back"),
        _("Keys are destroyed first, then rows, files and backups"),
        (keeping.every_client_has_a_key, keeping.the_erased_stay_erased),
        (
            "tests/privacy/test_purge.py",
            "tests/privacy/erasure/test_erasing.py",
            "tests/privacy/backups/test_drill.py",
            "tests/promises/test_dump.py",
        ),
    ),
    Promise(
        20,
        _("Users and visitors have rights over their data, and can use them"),
        _("A privacy centre for whoever signs in, a desk for the others"),
    ),
    Promise(
        21,
        _("Rights are used by writing to one address"),
        _("Mail and forms come into one register"),
    ),
    Promise(
        22,
        _("Questions and complaints are answered as soon as possible"),
        _("A register with a clock that shows what is late"),
    ),
)
