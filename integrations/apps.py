"""The app of integrations: one package per provider or protocol."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Names the app."""

    name = "integrations"
