"""The privacy machinery: reads what every app declares and names none."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Names the app and loads its system checks."""

    name = "privacy"
