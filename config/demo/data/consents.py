"""What the demo's clients agreed to, refused and took back, and a privacy notice that came out anew."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from accounts.models import PrivacyNotice
from clients.consents import purposes
from clients.models import Client, Consent, ConsentPurpose, ConsentText, How, NoticeAnswer
from config.demo.practices import NOTICE, Practice
from privacy.vocabulary import clock

BATCH = 500
Kind, Decision = ConsentPurpose.Kind, Consent.Decision
# kind → how many of a hundred agreed, and how many refused
SAID = {
    Kind.TREATMENT: (88, 1),
    Kind.TELEHEALTH: (24, 6),
    Kind.SHARING: (52, 9),
    Kind.EMAIL_NEWS: (31, 22),
    Kind.SMS_NEWS: (9, 18),
}
WITHDRAWN_OF_A_HUNDRED = 6


def add_consents(
    practice: Practice, city: str, clients: list[Client], chosen: random.Random
) -> None:
    """Provide the purposes, let the clients answer over the months, publish a second version of the notice."""
    purposes.provide_defaults(at=clock.now() - timedelta(days=300))
    texts = {
        text.purpose.kind: text
        for text in purposes.current_texts("en").values()
        if text.purpose.kind in SAID
    }
    answers: list[Consent] = []
    for client in clients:
        for kind, (yes, no) in SAID.items():
            lot = chosen.randint(1, 100)
            if lot <= yes + no:
                decision = Decision.PERMIT if lot <= yes else Decision.DENY
                answers += _answers(client, texts[kind], decision, chosen)
    Consent.objects.bulk_create(answers, batch_size=BATCH)
    _publish_twice(practice, city, clients, chosen)


def _answers(
    client: Client, text: ConsentText, decision: str, chosen: random.Random
) -> list[Consent]:
    at = clock.now() - timedelta(days=chosen.randint(9, 240))
    at = at.replace(hour=chosen.randint(0, 6), minute=chosen.randint(0, 59))
    given = _row(client, text, decision, at, chosen.choice([How.PAPER, How.PAPER, How.PERSON]))
    if decision == Decision.DENY or chosen.randint(1, 100) > WITHDRAWN_OF_A_HUNDRED:
        return [given]
    later = at + timedelta(days=chosen.randint(1, 8))
    taken_back = _row(client, text, Decision.DENY, later, How.PHONE)
    taken_back.is_withdrawal = True
    return [given, taken_back]


def _row(client: Client, text: ConsentText, decision: str, at: datetime, how: str) -> Consent:
    return Consent(
        client=client,
        purpose=text.purpose,
        text=text,
        decision=decision,
        how=how,
        starts_at=at,
        recorded_at=at,
    )


def _publish_twice(
    practice: Practice, city: str, clients: list[Client], chosen: random.Random
) -> None:
    text = NOTICE.format(practice=practice.name, city=city)
    year, week = timedelta(days=365), timedelta(days=7)
    first = PrivacyNotice(version=1, text=text, published_at=clock.now() - year)
    first.save(force_insert=True)
    more = "We also send reminders by text message, through a provider in the same region."
    second = PrivacyNotice(version=2, text=f"{text}\n\n{more}", published_at=clock.now() - week)
    second.save(force_insert=True)
    answers = []
    for client in clients:
        lot = chosen.randint(1, 100)
        if lot <= 84:
            answer = NoticeAnswer.Answer.ACCEPTED if lot > 2 else NoticeAnswer.Answer.DECLINED
            answers.append(
                NoticeAnswer(
                    client=client,
                    notice=second if lot > 70 else first,
                    answer=answer,
                    how=How.PAPER,
                    recorded_at=clock.now()
                    - timedelta(days=chosen.randint(0, 6) if lot > 70 else chosen.randint(9, 300)),
                )
            )
    NoticeAnswer.objects.bulk_create(answers, batch_size=BATCH)
