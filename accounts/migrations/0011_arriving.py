"""Lets an account be brought in from an archive, and move: what it was, how often it moved, and stillness meanwhile."""

from django.db import migrations, models

from accounts.wall import FUNCTIONS

GRANT = "GRANT UPDATE (epoch, formerly) ON accounts_accountanchor TO keepwell_app;"


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_factor_later"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="epoch",
            field=models.PositiveIntegerField(
                default=1, help_text="one more each time it moves to a region"
            ),
        ),
        migrations.AddField(
            model_name="accountanchor",
            name="epoch",
            field=models.PositiveIntegerField(
                default=1, help_text="one more each time it moves to a region"
            ),
        ),
        migrations.AddField(
            model_name="accountanchor",
            name="formerly",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="the accounts this one was, each until when (privacy.vocabulary.former)",
            ),
        ),
        migrations.AlterField(
            model_name="accountanchor",
            name="state",
            field=models.CharField(
                choices=[
                    ("active", "active"),
                    ("closing", "closing"),
                    ("purging", "being purged"),
                    ("arriving", "being brought in"),
                    ("moving", "moving to another region"),
                    ("left", "moved away"),
                ],
                default="active",
                max_length=10,
            ),
        ),
        migrations.RunSQL(GRANT + FUNCTIONS, hints={"placement": "region"}),
    ]
