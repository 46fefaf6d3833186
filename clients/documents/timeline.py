"""What a client's timeline shows of files."""

from __future__ import annotations

from collections.abc import Iterable

from django.template.defaultfilters import filesizeformat

from clients import timeline
from clients.documents.keeping import kept
from clients.models import Client, Document


@timeline.provides("files", Document)
def timeline_entries(client: Client) -> Iterable[timeline.Entry]:
    """Give the files of a client to its timeline; what we made ourselves gives entries of its own."""
    for document in kept(client):
        if document.scan == Document.Scan.MADE:
            continue
        yield timeline.Entry(
            at=document.created_at,
            title=document.description or document.name,
            icon="file",
            text=f"{document.get_category_display()} · {filesizeformat(document.size)}",
            who=document.uploaded_by.name if document.uploaded_by else "",
            to=("document", client.pk, document.pk),
        )
