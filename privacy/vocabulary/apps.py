"""The vocabulary as a Django app, so that its key tables can be migrated."""

from django.apps import AppConfig


class VocabularyConfig(AppConfig):
    """Owns the keyring's tables; imports nothing of the product."""

    name = "privacy.vocabulary"
    label = "vocabulary"
