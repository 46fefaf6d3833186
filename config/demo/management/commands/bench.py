"""`manage.py bench` measures the product beside raw SQL and a bare Django app, on scratch databases of its own."""

from __future__ import annotations

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.bench import run, stage
from config.bench.ground import Plan
from config.demo.home import NotOurs


class Command(BaseCommand):
    """Sets a stage, measures on it, takes it away."""

    help = (
        "Measure speed against the goals: a Markdown table, then JSON lines. Makes servers and databases of its"
        " own and deletes them; counters can be compared between machines, times only as ratios."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--quick", action="store_true", help="about two minutes, fewer rounds")
        parser.add_argument(
            "--only",
            default=frozenset(),
            metavar="G7,G8",
            type=_goals,
            help="only these goals",
        )
        parser.add_argument(
            "--peer",
            action="append",
            default=[],
            metavar="NAME=URL",
            type=_peer,
            help="another product's page, measured in the rounds of the week diary",
        )
        parser.add_argument("--on-stage", action="store_true", help=argparse.SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEMO or settings.TESTING):
            raise CommandError("The bench makes servers of its own: not in production.")
        if options["on_stage"]:
            run.measure(
                Plan.of(quick=options["quick"], peers=dict(options["peer"]), only=options["only"])
            )
            return
        again = ["bench", "--on-stage", *(["--quick"] if options["quick"] else [])]
        if options["only"]:
            again += ["--only", ",".join(sorted(options["only"]))]
        for name, url in options["peer"]:
            again += ["--peer", f"{name}={url}"]
        try:
            code = stage.play(settings.HOME / "bench", again)
        except NotOurs as refusal:
            raise CommandError(str(refusal)) from None
        if code:
            raise CommandError("The bench stopped before its end.")


def _goals(text: str) -> frozenset[str]:
    named = frozenset(text.split(","))
    if not named <= run.GOALS:
        raise argparse.ArgumentTypeError(f"takes some of {', '.join(sorted(run.GOALS))}")
    return named


def _peer(text: str) -> tuple[str, str]:
    name, _equals, url = text.partition("=")
    if not (name and url.startswith(("http://", "https://"))):
        raise argparse.ArgumentTypeError("takes NAME=URL")
    return name, url
