"""Lets a role seal anew what is sealed, while what was signed stays as it is for every other."""

from typing import ClassVar

from django.db import migrations

from accounts.wall_later import LetRotate


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("privacy", "0010_processors"),
        ("accounts", "0011_arriving"),
        ("clients", "0021_restrictions"),
        ("bookings", "0018_objections"),
        ("notes", "0014_restrictions"),
    ]
    operations: ClassVar = [
        LetRotate(
            "a_signed_note_never_changes",
            "a_letter_stays",
            "a_completed_form_never_changes",
            "a_consent_is_never_rewritten",
            "words_are_never_rewritten",
            "an_answer_is_never_rewritten",
            "the_ledger_is_only_added_to",
            "a_restriction_is_only_lifted",
        )
    ]
