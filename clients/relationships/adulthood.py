"""From which age on a client speaks for themselves: by country, unless the practice chose otherwise."""

from __future__ import annotations

from datetime import date

from accounts import audit
from accounts.models.practice import current_anchor
from clients.models import FamilySettings
from privacy.vocabulary.scope import Actor

USUAL = 18
# Where the age of majority is another one; a practice whose law lets younger people decide sets its own
AGES = {"AE": 21, "EG": 21, "KR": 19, "NZ": 20, "PR": 21, "SG": 21, "TH": 20}


def of_country(country: str) -> int:
    """Return the age at which people of a country come of age."""
    return AGES.get(country, USUAL)


def age() -> int:
    """Return the age that counts in the active account."""
    chosen = FamilySettings.objects.values_list("adult_age", flat=True).first()
    return chosen or of_country(current_anchor().country)


def choose(*, by: Actor, adult_age: int | None) -> None:
    """Set the age that counts; None is the country's."""
    row = FamilySettings.objects.select_for_update().first() or FamilySettings()
    row.adult_age = adult_age
    row.full_clean()
    row.save()
    audit.record("family_settings.changed", by=by, of=row)


def comes_of_age(born: date, years: int) -> date:
    """Return the day on which somebody is so many years old; who was born on 29 February waits for 1 March."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
