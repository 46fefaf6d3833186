"""Tells what we made ourselves, such as letters, from what came from elsewhere."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0017_custom_fields"),
    ]

    operations = [
        migrations.AlterField(
            model_name="document",
            name="scan",
            field=models.CharField(
                choices=[
                    ("unscanned", "Not checked for malware"),
                    ("waiting", "Being checked for malware"),
                    ("clean", "Checked for malware"),
                    ("refused", "Malware found"),
                    ("made", "Made by Keepwell itself"),
                ],
                default="unscanned",
                max_length=9,
            ),
        ),
    ]
