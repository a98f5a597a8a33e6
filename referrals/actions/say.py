"""Asking a person how they were helped: a link by a safe way, that works once, and what they answer by it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as_system
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from referrals.actions.contact import ChannelNotSafe
from referrals.actions.triage import TriageRefused, locked_case
from referrals.models import Case, Say
from referrals.queries.call_backs import safe_at
from referrals.queries.say import open_say
from referrals.secret_links import digest_of, new_token

SEND = "referrals.send_say"
QUESTIONS = ("listened", "informed", "safer", "helped")
ANSWERS = ("yes", "partly", "no", "unsaid")


class AskedAlready(TriageRefused):
    """A link is on its way to the person, or they have answered."""


class LinkGone(Exception):
    """The link was used, has run out, or never was one: the same answer for all."""


@transaction.atomic
def ask_for_say(*, actor: Actor, case_id: UUID, contact_method_id: UUID, channel: str) -> str:
    """Ask the person how they were helped. By e-mail a worker sends the link; for a text the token is told, this once.

    Raises NotAllowed, CaseNotFound, ChannelNotSafe, AskedAlready.
    """
    actor.require(Capability.CLOSE_CASE)
    now = timezone.now()
    case = locked_case(actor, case_id)
    answer = safe_at(case=case, contact_method_id=contact_method_id, channel=channel, at=now)
    if channel not in ("email", "text") or not answer.safe:
        raise ChannelNotSafe(answer.words if channel in ("email", "text") else "By e-mail or text only.")
    _end_earlier(case, now)
    asked = Say.objects.create(
        case=case,
        contact_method_id=contact_method_id,
        channel=channel,
        asked_by=actor.id,
        asked_by_name=actor.name,
        asked_at=now,
    )
    publish(Happening("case.say_asked", at=now, case_id=case.id, data={"channel": channel}))
    if channel == "text":
        return _made(asked, now)
    schedule(SEND, key=str(asked.id), payload={"say": str(asked.id)}, at=now)
    return ""


@transaction.atomic
def prepare_say(*, say_id: UUID) -> str:
    """At the moment of sending: the token, or "" where it is not safe any more, or was sent.

    By the hub's own system. What is not safe now and is again later is sent then.
    """
    now = timezone.now()
    asked = Say.objects.select_related("case").select_for_update(of=("self",)).filter(id=say_id).first()
    if asked is None or asked.sent_at or asked.unsent_because:
        return ""
    answer = safe_at(
        case=asked.case, contact_method_id=asked.contact_method_id, channel=asked.channel, at=now
    )
    if answer.safe:
        return _made(asked, now)
    if answer.again is not None:
        schedule(
            SEND, key=f"{say_id}:{answer.again.isoformat()}", payload={"say": str(say_id)}, at=answer.again
        )
        return ""
    asked.unsent_because = answer.words[:200]
    asked.save(update_fields=["unsent_because"])
    publish(Happening("case.say_not_sent", at=now, case_id=asked.case_id))
    return ""


def give_say(*, token: str, answers: Mapping[str, str], words: str) -> None:
    """Take what the person answers by their link, once. Raises LinkGone."""
    now = timezone.now()
    with acting_as_system("say"):
        found = open_say(token=token, now=now, lock=True)
        if found is None:
            raise LinkGone
        kept = {name: answers[name] for name in QUESTIONS if answers.get(name) in ANSWERS}
        found.answers, found.answered_at = {**kept, "words": words.strip()}, now
        found.save(update_fields=["answers", "answered_at"])
        data: dict[str, object] = dict(kept)
        publish(Happening("case.say_given", at=now, case_id=found.case_id, data=data))


def _end_earlier(case: Case, now: datetime) -> None:
    """A link that the person has works no more once they are asked again. Raises AskedAlready."""
    newest = case.says.order_by("-asked_at").first()
    if newest is None or newest.unsent_because:
        return
    if newest.answered_at:
        raise AskedAlready("They have answered already: read it below.")
    if not newest.sent_at:
        raise AskedAlready("A link is on its way to them.")
    case.says.filter(id=newest.id, expires_at__gt=now).update(expires_at=now)


def _made(asked: Say, now: datetime) -> str:
    token = new_token()
    asked.digest, asked.sent_at = digest_of(token), now
    asked.expires_at = now + timedelta(days=settings.SAY_WITHIN_DAYS)
    asked.save(update_fields=["digest", "sent_at", "expires_at"])
    return token
