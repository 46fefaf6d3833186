"""Model fields whose values are sealed in the database and read like ordinary attributes (CR-1 to CR-3, CR-7)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.core import validators
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import In, IsNull
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from privacy.vocabulary import keyring, scope, sealing
from privacy.vocabulary.classification import DataClass, DataPolicy, mark_of


class Sealed:
    """A sealed value as it lies in the database."""

    __slots__ = ("payload",)

    def __init__(self, payload: bytes) -> None:
        self.payload = payload

    def __repr__(self) -> str:
        return "<Sealed>"


class UnreadableValue(str):
    """Stands for a value that can't be opened: shows the word, is never saved, is never taken for empty (CR-7)."""

    __slots__ = ()


class ErasedValue(UnreadableValue):
    """Stands for a value that was taken out of a row which stays: nothing is wrong, and nothing can be read."""

    __slots__ = ()


def is_erased(value: object) -> bool:
    """Tell whether a value was taken out of its row on purpose."""
    return isinstance(value, ErasedValue)


def is_unreadable(value: object) -> bool:
    """Tell whether a value read from a sealed field could not be opened."""
    return isinstance(value, UnreadableValue)


class _Opening:
    """Descriptor: opens the sealed value at first use and keeps the sealed form to write unchanged values back."""

    def __init__(self, field: EncryptedField) -> None:
        self.field = field

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if instance is None:
            return self
        name = self.field.attname
        if name not in instance.__dict__:
            instance.refresh_from_db(fields=[name])
        value = instance.__dict__[name]
        if isinstance(value, Sealed):
            value = instance.__dict__[name] = self.field.open(instance, value)
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.Field[Any, Any]):
    """A sealed value; subclasses say how it turns into text and back.

    `blind` names a BlindIndexField of the same model, through which `filter(field=value)` finds exact matches.
    A field that came to its table later is `null=True` with a default, which older rows read: a migration can't seal.
    """

    is_sealed = True
    empty_strings_allowed = True

    def __init__(self, *args: Any, blind: str | None = None, **kwargs: Any) -> None:
        self.blind = blind
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.blind:
            kwargs["blind"] = self.blind
        # Migrations seal nothing, so a default would only stop them
        kwargs.pop("default", None)
        return name, path, list(args), kwargs

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Opening(self))

    def get_internal_type(self) -> str:
        return "BinaryField"

    def db_type(self, connection: Any) -> str:
        return "bytea"

    def to_text(self, value: Any) -> str:
        """Return the text that is sealed for a value."""
        return str(value)

    def from_text(self, text: str) -> Any:
        """Return the value of an opened text."""
        return text

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if value is None:
            return self.get_default() if self.has_default() else None
        return Sealed(bytes(value))

    def get_prep_value(self, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, Sealed):
            return value.payload
        raise FieldError(
            f"{self.model._meta.label}.{self.name} is encrypted: it is sealed for one row when that row is saved. "
            "Load the rows and save them; update() and expressions can't seal."
        )

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        return self.get_prep_value(value) if not prepared else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed):
            return self._renewed(value, *self._place(model_instance))
        return value if value is None else self.seal(model_instance, value)

    def seal(self, instance: Any, value: Any) -> Sealed:
        """Return `value` sealed for the place of `instance`; an unchanged value keeps its sealed form."""
        aad, client_id = self._place(instance)
        kept = instance.__dict__.get("_kept_sealed", {}).get(self.attname)
        if is_unreadable(value):
            if kept and kept[1] is None:
                return Sealed(kept[0].payload)
            raise FieldError(f"{self.name} can't be read and so can't be written.")
        text = self.to_text(value)
        if kept and kept[1] == text and kept[2] == aad:
            return self._renewed(Sealed(kept[0].payload), aad, client_id)
        key = keyring.sealing_key(client_id)
        sealed = Sealed(sealing.seal(text.encode(), key, aad))
        instance.__dict__.setdefault("_kept_sealed", {})[self.attname] = (sealed, text, aad)
        return sealed

    def _renewed(self, sealed: Sealed, aad: bytes, client_id: UUID | None) -> Sealed:
        """Return an unchanged value as it is, or under the newest key that is known here when an older one sealed it.

        Else whoever loaded a row before its key was renewed would write the old sealing back (CR-4).
        """
        key = keyring.known_key(client_id)
        if key is None or sealed.payload[1:17] == key.id.bytes:
            return sealed
        try:
            return Sealed(sealing.seal(_unsealed(sealed, aad, client_id), key, aad))
        except sealing.Unreadable:
            return sealed

    def text_of(self, instance: Any, sealed: Sealed) -> str | None:
        """Return the text of a value that nobody gets to see, None when it can't be opened."""
        try:
            return _unsealed(sealed, *self._place(instance)).decode()
        except sealing.Unreadable:
            return None

    def open(self, instance: Any, sealed: Sealed) -> Any:
        """Return the value of a sealed one found on `instance`; sensitive reads are noted for the audit (AU-3)."""
        aad, client_id = self._place(instance)
        kept = instance.__dict__.setdefault("_kept_sealed", {})
        active = scope.current()
        if self._is_sensitive and not active.care:
            raise scope.NotToBeRead(f"{self.model._meta.label}.{self.name}")
        if not sealed.payload:
            kept[self.attname] = (sealed, None, aad)
            return ErasedValue(_("erased"))
        try:
            key = keyring.opening_key(sealing.key_id(sealed.payload), client_id)
            text = sealing.unseal(sealed.payload, key, aad).decode()
        except sealing.Unreadable:
            active.unreadable.add((self.model._meta.label, instance.pk, self.name))
            kept[self.attname] = (sealed, None, aad)
            return UnreadableValue(_("unreadable"))
        kept[self.attname] = (sealed, text, aad)
        if self._is_sensitive:
            active.note_read(self.model._meta.label, client_id, instance.pk)
        return self.from_text(text)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return IsNull
        if lookup_name == "exact" and self.blind:
            return BlindExact
        advice = "use an exact match" if self.blind else "search decrypted values in Python"
        raise FieldError(
            f"{self.model._meta.label}.{self.name} is encrypted and has no look-up “{lookup_name}”: {advice}."
        )

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def value_to_string(self, obj: models.Model) -> str:
        raise FieldError("Encrypted fields are exported by the export engine alone.")

    @cached_property
    def _is_sensitive(self) -> bool:
        mark = mark_of(self)
        return mark is not None and mark.data_class == DataClass.SENSITIVE

    def _place(self, instance: Any) -> tuple[bytes, UUID | None]:
        active = scope.current()
        policy: DataPolicy = instance.data_policy
        client_id: UUID | None = getattr(instance, policy.client) if policy.client else None
        aad = sealing.place(
            active.region,
            instance.account_id,
            client_id,
            instance._meta.label,
            instance.pk,
            self.attname,
        )
        return aad, client_id


def _unsealed(sealed: Sealed, aad: bytes, client_id: UUID | None) -> bytes:
    key = keyring.opening_key(sealing.key_id(sealed.payload), client_id)
    return sealing.unseal(sealed.payload, key, aad)


class EncryptedCharField(EncryptedField):
    """A sealed short text."""

    description = _("Encrypted text")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(validators.MaxLengthValidator(self.max_length))

    def to_python(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else str(value)


class EncryptedTextField(EncryptedCharField):
    """A sealed long text."""


class EncryptedEmailField(EncryptedCharField):
    """A sealed e-mail address."""

    default_validators = [validators.validate_email]


class EncryptedDateField(EncryptedField):
    """A sealed calendar date."""

    empty_strings_allowed = False

    def to_text(self, value: Any) -> str:
        return value if isinstance(value, str) else str(value.isoformat())

    def from_text(self, text: str) -> date:
        return date.fromisoformat(text)

    def to_python(self, value: Any) -> Any:
        return (
            date.fromisoformat(value)
            if isinstance(value, str) and not is_unreadable(value)
            else value
        )


class EncryptedJSONField(EncryptedField):
    """A sealed JSON value."""

    empty_strings_allowed = False

    def to_text(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    def from_text(self, text: str) -> Any:
        return json.loads(text)


def normalise_text(value: str) -> str:
    """Return text as compared by blind indexes: no outer space, one inner space, no case."""
    return " ".join(value.split()).casefold()


class BlindIndexField(models.BinaryField[Any, Any]):
    """16 bytes that stand for the exact value of an encrypted field within one account; written with its source."""

    def __init__(
        self,
        *args: Any,
        source: str = "",
        normalise: Callable[[str], str] = normalise_text,
        **kwargs: Any,
    ) -> None:
        self.source = source
        self.normalise = normalise
        kwargs.setdefault("null", True)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        return name, path, list(args), {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        raw = model_instance.__dict__.get(self.source)
        if isinstance(raw, Sealed):
            current = model_instance.__dict__.get(self.attname)
            return None if current is None else self._renewed(model_instance, raw, bytes(current))
        index = self.index_of(raw) if raw else None
        setattr(model_instance, self.attname, index)
        return index

    def _renewed(self, instance: Any, sealed: Sealed, current: bytes) -> bytes:
        """Return the index of an unopened value, made anew where the account has had another key (CR-4)."""
        if not keyring.has_older_keys():
            return current
        text = instance._meta.get_field(self.source).text_of(instance, sealed)
        return current if text is None else self.index_of(text)

    def index_of(self, value: str) -> bytes:
        """Return the blind index of a value in the active account."""
        return self.indexes_of(value)[0]

    def indexes_of(self, value: str) -> list[bytes]:
        """Return the same by each of the account's keys, newest first."""
        name = f"{self.model._meta.label}.{self.source}"
        return keyring.blind_indexes(name, self.normalise(value))


class BlindExact(In):
    """`field = value` on an encrypted field, asked of its blind index: of each key's, while those are rebuilt."""

    def __init__(self, lhs: Any, rhs: Any) -> None:
        source = lhs.target
        if hasattr(rhs, "resolve_expression"):
            raise FieldError(
                f"{source.model._meta.label}.{source.name} is encrypted: compare {source.blind} with its `index_of`."
            )
        index: BlindIndexField = source.model._meta.get_field(source.blind)
        super().__init__(Col(lhs.alias, index), index.indexes_of(str(rhs)))
