"""Keeping files about clients: attached, described, withdrawn; never changed and never deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts import audit, outbox
from accounts.models import Member, Role
from accounts.models.practice import current_anchor
from accounts.tenancy import acting_in
from clients.documents import archives, media_types, pictures, scanning, storing
from clients.documents.stripping.kinds import stripped
from clients.documents.stripping.source import Damaged, Found
from clients.identity import OF, ids, of
from clients.models import Client, Document, Original
from privacy.vocabulary import clock
from privacy.vocabulary.prepared import Prepared
from privacy.vocabulary.scope import Actor, ActorKind

LARGEST: int = settings.FILE_LARGEST
MOST_LISTED = 300
_KEPT = Prepared[Document](
    lambda: (
        Document.objects.filter(OF, withdrawn_at=None)
        .select_related("uploaded_by")
        .order_by("-created_at")[:MOST_LISTED]
    )
)


class Incoming(Protocol):
    """A file on its way in: what its sender calls it, how large it is, and its bytes, which can be read again."""

    @property
    def name(self) -> str | None: ...
    @property
    def size(self) -> int | None: ...
    def read(self, size: int = -1, /) -> bytes: ...
    def seek(self, offset: int, whence: int = 0, /) -> int: ...


@dataclass(frozen=True, slots=True)
class About:
    """What is said about a file."""

    description: str = ""
    category: str = Document.Category.OTHER
    dated_on: date | None = None
    visibility: str = Document.Visibility.CLINICIANS


def attach(
    *,
    by: Actor,
    client: Client,
    upload: Incoming,
    about: About | None = None,
    keep_original: bool = False,
    made_here: bool = False,
) -> Document:
    """Seal a file into the region's object store under a key of its own; return its row.

    Of pictures and films it is a copy without place, camera and comments that is kept; the original as well when
    `keep_original` asks for it and it had any. What was `made_here` needs no scanner.
    Raises `ValidationError` for what can't be kept.
    """
    about = about or About()
    document = Document(
        client=client,
        name=name_of(upload),
        media_type=checked(upload),
        description=about.description,
        category=about.category,
        dated_on=about.dated_on,
        visibility=about.visibility,
        scan=Document.Scan.MADE if made_here else scanning.first_state(),
        uploaded_by=_member(by),
    )
    found = Found()
    source: BinaryIO = upload  # type: ignore[assignment]
    try:
        _store(document, storing.seal(document, stripped(document.media_type, source, found)))
    except Damaged:
        raise ValidationError(
            _("This file is damaged: it ends too early or its parts don’t fit. Send another copy.")
        ) from None
    document.removed = sorted(found.codes)
    if pictures.can_be_drawn(document):
        document.pictures = Document.Pictures.WAITING
    document.full_clean(exclude=["uploaded_by"])
    document.save(force_insert=True)
    if keep_original and found.codes:
        _keep_original(document, source)
    if "waiting" in (document.scan, document.pictures):
        outbox.enqueue("document.check", {"document": str(document.pk)})
    audit.record("document.added", by=by, of=document, client_id=client.pk)
    return document


def describe(*, by: Actor, document: Document, name: str, about: About) -> Document:
    """Change what is said about a file; its bytes stay. The ending of its name stays too. Return it."""
    kept = document.name.rpartition(".")
    if kept[1] and not name.endswith(f".{kept[2]}"):
        name = f"{name}.{kept[2]}"
    values = {
        "name": clean_name(name),
        "description": about.description,
        "category": about.category,
        "dated_on": about.dated_on,
        "visibility": about.visibility,
    }
    changed = sorted(key for key, value in values.items() if getattr(document, key) != value)
    if changed:
        for key, value in values.items():
            setattr(document, key, value)
        document.full_clean(exclude=["uploaded_by"])
        document.save(update_fields=list(values))
        audit.record(
            "document.described",
            by=by,
            of=document,
            client_id=document.client_id,
            detail={"fields": changed},
        )
    return document


def withdraw(*, by: Actor, document: Document) -> Document:
    """Take a file off the record: it is no longer listed or given out, and stays for exports and retention."""
    if document.withdrawn_at is None:
        document.withdrawn_at = clock.now()
        document.save(update_fields=["withdrawn_at"])
        audit.record("document.withdrawn", by=by, of=document, client_id=document.client_id)
    return document


def reinstate(*, by: Actor, document: Document) -> Document:
    """Put a withdrawn file back on the record."""
    if document.withdrawn_at is not None:
        document.withdrawn_at = None
        document.save(update_fields=["withdrawn_at"])
        audit.record("document.reinstated", by=by, of=document, client_id=document.client_id)
    return document


def may_share(document: Document, member: Member) -> bool:
    """Tell whether a member may say who sees a file: who added it, and the Owner."""
    return member.role == Role.OWNER or document.uploaded_by_id == member.pk


def checked(upload: Incoming) -> str:
    """Return the media type of a file by its content; raise `ValidationError` when it can't be kept."""
    size = upload.size or 0
    if not size:
        raise ValidationError(_("This file is empty. Choose another one."))
    if size > LARGEST:
        raise ValidationError(too_large(size))
    if size > room():
        raise ValidationError(_("Your practice’s room for files is full. Ask us for more."))
    media_type = media_types.sniffed(upload)  # type: ignore[arg-type]
    if media_type is None:
        raise ValidationError(unwanted())
    if media_types.is_archive(media_type):
        archives.check(upload)  # type: ignore[arg-type]
    return media_type


def room() -> int:
    """Return how many bytes the practice may still keep; files that are kept from whoever asks count, too."""
    with acting_in(current_anchor().ref):
        used = sum(
            model.objects.aggregate(bytes=Sum("size"))["bytes"] or 0
            for model in (Document, Original)
        )
    return int(settings.FILES_PER_ACCOUNT) - used


def too_large(size: int) -> str:
    """Return the words that refuse a file of `size` bytes."""
    return _(
        "This file has %(size)s. A file may have %(limit)s at most: split it or make it smaller."
    ) % {
        "size": filesizeformat(size),
        "limit": filesizeformat(LARGEST),
    }


def unwanted() -> str:
    """Return the words that refuse a kind of file."""
    return _(
        "This kind of file can't be kept here. Choose a PDF, a picture, a recording, a document or plain text."
    )


def name_of(upload: Incoming) -> str:
    """Return the name to keep: without folders and control characters, at most 255 characters with its ending."""
    return clean_name(upload.name or "")


def clean_name(raw: str) -> str:
    """Return a name without folders and control characters, at most 255 characters with its ending."""
    raw = raw.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(sign for sign in raw if sign.isprintable()).strip() or _("file")
    stem, dot, ending = name.rpartition(".")
    if len(name) > 255 and dot and len(ending) < 20:
        return f"{stem[: 254 - len(ending)]}.{ending}"
    return name[:255]


def kept(client: Client) -> list[Document]:
    """Return the files of a client that were not withdrawn, the newest first."""
    return _KEPT(person=ids(client))


def withdrawn(client: Client) -> list[Document]:
    """Return the files of a client that were withdrawn, the latest first."""
    rows = Document.objects.filter(of(client), withdrawn_at__isnull=False)
    return list(rows.select_related("uploaded_by").order_by("-withdrawn_at")[:MOST_LISTED])


def _keep_original(document: Document, source: BinaryIO) -> None:
    original = Original(document=document, client_id=document.client_id, name=document.name)
    original.media_type = document.media_type
    source.seek(0)
    _store(original, storing.seal(original, iter(lambda: source.read(storing.PIECE), b"")))
    original.save(force_insert=True)


def _store(row: Document | Original, stored: storing.Stored) -> None:
    row.storage_key, row.file_key = stored.storage_key, stored.file_key
    row.size, row.sha256 = stored.size, stored.sha256


def _member(by: Actor) -> Member | None:
    found: Member | None = (
        Member.objects.filter(pk=by.id).first() if by.kind == ActorKind.MEMBER else None
    )
    return found
