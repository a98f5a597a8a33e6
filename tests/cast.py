"""The fixed cast of the tests: who they are, how they sign in, and what they act as."""

import base64
import json
import time

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.test import Client

from access.actor import Actor, visitor
from access.context import acting_as, acting_as_system, hub_id
from agencies.actions.clients import add_api_client
from agencies.models import Agency, ApiClient, Practitioner

PASSWORD = "correct horse northshire"

PEOPLE = {
    "priya": "priya.nair@northshire.example",  # hub practitioner
    "liam": "liam.byrne@northshire.example",  # hub practitioner
    "dana": "dana.ahmed@northshire.example",  # supervisor
    "carys": "carys.evans@northshire.example",  # manager
    "owen": "owen.pugh@northshire.example",  # hub administrator
    "grace": "grace.holt@northshire.example",  # auditor
    "helen": "helen.marsh@safesteps.example",  # partner practitioner
    "ines": "ines.costa@safesteps.example",  # agency administrator
    "martin": "martin.ford@northshire-police.example",  # police liaison
    "sian": "sian.rowe@northshire-police.example",  # coordinates conferences for the police
    "ruth": "ruth.silva@victimcare.example",  # partner practitioner of another agency: the outsider
}
SECRETS: dict[str, tuple[str, str]] = {}


def give_passwords_and_clients() -> None:
    """Everybody of the cast can sign in; Safe Steps, Victim Care and the police have an API client each."""
    with acting_as_system("tests") as actor:
        people = list(Practitioner.objects.all())
        people[0].set_password(PASSWORD)
        for person in people:
            person.password = people[0].password
        Practitioner.objects.bulk_update(people, ["password"])
        for code in ("safe-steps", "victim-care", "northshire-police"):
            client, secret = add_api_client(
                actor=actor, agency=Agency.objects.get(code=code), name="case system"
            )
            SECRETS[code] = (client.application.client_id, secret)


class Cast:
    """Actors and signed-in clients by first name; partner systems by agency code."""

    def practitioner(self, name: str) -> Practitioner:
        with acting_as_system("tests"):
            return Practitioner.objects.select_related("agency").get(email=PEOPLE[name])

    def actor(self, name: str) -> Actor:
        practitioner = self.practitioner(name)
        with acting_as_system("tests"):
            return practitioner.as_actor()

    def client_actor(self, agency: str) -> Actor:
        with acting_as_system("tests"):
            return ApiClient.objects.get(agency__code=agency).as_actor()

    def browser(self, name: str) -> Client:
        """A signed-in Django test client, of somebody who has just confirmed that it is them."""
        client = Client()
        practitioner = self.practitioner(name)
        with acting_as(visitor(hub_id=hub_id(), signing_in=True)):
            client.force_login(practitioner)
            session = client.session
            session[AUTHENTICATION_METHODS_SESSION_KEY] = [
                {"method": "password", "at": time.time(), "reauthenticated": True}
            ]
            session["account_authentication_methods_user"] = str(practitioner.id)
            session.save()
        with acting_as(self.actor(name)):
            UserSession.objects.create(
                user=practitioner, session_key=session.session_key, ip="127.0.0.1", user_agent="tests"
            )
        return client

    def system(self, agency: str, *, scope: str = "referrals") -> "PartnerSystem":
        return PartnerSystem(agency, scope)


class PartnerSystem:
    """A partner's case system: gets a token at the token door and calls the API with it."""

    def __init__(self, agency: str, scope: str = "referrals") -> None:
        self._client = Client()
        client_id, secret = SECRETS[agency]
        basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
        answer = self._client.post(
            "/oauth/token/",
            {"grant_type": "client_credentials", "scope": scope},
            headers={"Authorization": f"Basic {basic}"},
        )
        assert answer.status_code == 200, answer.content
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, path: str, **headers: str):
        return self._client.get(f"/api/v1/{path}", headers={**self._headers, **headers})

    def post(self, path: str, body: object = None, **headers: str):
        return self._client.post(
            f"/api/v1/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={**self._headers, **headers},
        )
