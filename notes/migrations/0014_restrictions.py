"""Holds notes, forms and letters to restrictions: kept as they are, and their words hidden."""

from typing import ClassVar

from django.db import migrations

from accounts.wall import HoldRestricted


class Migration(migrations.Migration):
    dependencies: ClassVar = [("clients", "0021_restrictions"), ("notes", "0013_arriving")]

    operations: ClassVar = [
        HoldRestricted(
            "Addendum",
            "CoSignature",
            "Form",
            "FormReview",
            "Letter",
            "LetterLink",
            "Note",
            "NoteOpening",
            "NoteReader",
            "NoteVersion",
            "Remark",
            "Withdrawal",
        )
    ]
