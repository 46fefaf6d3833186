"""An export of every format version that ever was comes back, as invented and kept here when it was new (EX-7)."""

from __future__ import annotations

from pathlib import Path

import pytest

from accounts.tenancy import acting_in
from clients.models import Client
from notes import proof
from notes.models import Addendum, Note
from privacy.export.verify_export import FORMAT_VERSIONS
from tests.factories import make_account
from tests.privacy.arrival import parts

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.mark.django_db(transaction=True, databases="__all__")
def test_every_past_format_comes_back() -> None:
    for version in FORMAT_VERSIONS:
        data = (FIXTURES / f"export-v{version}.zip").read_bytes()
        account = make_account(country="DE")
        archive = parts.brought(account, data)
        assert (version, archive.state, archive.problems) == (version, "brought", [])
        with acting_in(account.ref):
            assert Client.objects.get().family_name == "Haddad"
            assert proof.check(Note.objects.get(), Addendum.objects.all()).holds
        mine = parts.exported(account)
        assert [row["name"] for row in parts.rows(mine)["clients.document"]] == ["letter.txt"]
        assert set(parts.files(data).values()) == set(parts.files(mine).values())
