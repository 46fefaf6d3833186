"""Makes the files of a demo practice: referrals, a report of two pages, a photo as a phone takes it."""

from __future__ import annotations

import io
import json
import random
from datetime import timedelta

import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter

from accounts.models import Member, Role
from clients.documents import keeping
from clients.documents.keeping import About
from clients.models import Client, Document
from config.demo import names
from privacy.vocabulary import clock
from privacy.vocabulary.scope import Actor

REPORT = """
#let d = json(bytes(sys.inputs.data))
#set page(paper: "a4", margin: 2.4cm, numbering: "1 / 1")
#set text(size: 11pt)
#text(size: 15pt)[*Westside Imaging*] #h(1fr) Report
#line(length: 100%)
#d.who #h(1fr) #d.day
#v(1em)
*MRI of the left knee without contrast*
#for part in d.parts [
  #v(.6em)
  *#part.at(0)* \\
  #part.at(1)
]
#pagebreak()
*Images* are kept for ten years and can be asked for by the referring practitioner.
"""
PARTS = (
    ("Clinical question", "Persistent medial pain after a half marathon. Meniscus?"),
    ("Technique", "Proton density with fat suppression in three planes, T1 coronal."),
    (
        "Findings",
        "Both menisci are intact. Mild oedema of the medial collateral ligament, grade one, fibres continuous. "
        "Cruciate ligaments and extensor mechanism are normal. Small effusion. Cartilage is preserved.",
    ),
    ("Impression", "Grade one sprain of the medial collateral ligament. No meniscal tear."),
)


def add_files(clients: list[Client], chosen: random.Random) -> None:
    """Give some clients a referral, and the known one a report and a photo as well."""
    by: Actor = Member.objects.get(role=Role.OWNER).actor
    for number, client in enumerate([*clients[:11], clients[-1]]):
        text = f"Referral\n\nDear colleague,\nthank you for seeing {client.full_name}.\n{names.COMPLAINTS[number % 8]}\n"
        letter = SimpleUploadedFile("Referral letter.txt", text.encode(), content_type="text/plain")
        keeping.attach(by=by, client=client, upload=letter, about=_about("Referral", "referral"))
    known = clients[-1]
    report = SimpleUploadedFile("MRI-knee.pdf", report_about(known))
    keeping.attach(
        by=by, client=known, upload=report, about=_about("MRI of the left knee", "imaging")
    )
    photo = SimpleUploadedFile("IMG_2041.jpg", photo_of_a_shoe(chosen))
    keeping.attach(
        by=by, client=known, upload=photo, about=_about("Wear of the left shoe", "photo")
    )


def _about(description: str, category: str) -> About:
    day = (clock.now() - timedelta(days=12)).date()
    return About(description, Document.Category(category), day)


def report_about(client: Client) -> bytes:
    """Return an invented report of two pages."""
    day = (clock.now() - timedelta(days=12)).strftime("%d.%m.%Y")
    told = json.dumps({"who": client.full_name, "day": day, "parts": PARTS})
    made = typst.compile(REPORT.encode(), format="pdf", sys_inputs={"data": told})
    assert isinstance(made, bytes)  # one file, as asked
    return made


def photo_of_a_shoe(chosen: random.Random) -> bytes:
    """Return an invented picture with a place in it, as phones add one."""
    image = Image.new("RGB", (1200, 900), (203, 196, 184))
    draw = ImageDraw.Draw(image)
    draw.ellipse((180, 140, 1020, 760), fill=(92, 98, 104))
    for row in range(9):
        shade = 150 + chosen.randint(0, 60)
        draw.rounded_rectangle(
            (300, 190 + row * 58, 900 - row * 12, 225 + row * 58),
            16,
            fill=(shade, shade, shade - 20),
        )
    tells = Image.Exif()
    tells[0x0110] = "Heronphone 9"
    place = tells.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "S", (33.0, 52.0, 7.7), "E", (151.0, 12.0, 33.5)
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(2)).save(out, "JPEG", quality=85, exif=tells)
    return out.getvalue()
