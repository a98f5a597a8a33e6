"""The demonstration's partners, by their own systems: what they pull and what they answer."""

import base64
import json
from typing import Any

import requests
from django.test import Client
from django.utils import timezone

from agencies.models import ApiClient


class PartnerSystem:
    """A partner's case system: pulls changes, reads each referral and answers it, over HTTP or in this process."""

    def __init__(self, client: ApiClient, secret: str, web: str | None) -> None:
        self._web = web
        self._basic = base64.b64encode(f"{client.application.client_id}:{secret}".encode()).decode()
        self._token = ""

    def work(self) -> None:
        """One round: the newest two are left unread, the others get each kind of answer in turn."""
        self._token = self._call("POST", "/oauth/token/", b"grant_type=client_credentials")["access_token"]
        items = self._call("GET", "/api/v1/changes/?after=0&limit=500")["items"]
        sent = [item["referral"] for item in items if item["topic"] == "referral.sent"]
        for number, referral in enumerate(sent[:-2]):
            self._call("GET", f"/api/v1/referrals/{referral}/")
            self._move(referral, "receive")
            match number % 7:
                case 0:
                    self._move(referral, "accept")
                case 1:
                    self._move(referral, "accept")
                    self._move(referral, "messages", {"details": "We rang twice. When is a good time?"})
                case 2:
                    self._move(referral, "accept")
                    self._move(referral, "start")
                    reached = {"step": "first_contact", "on": f"{timezone.localdate()}"}
                    self._move(referral, "progress", reached)
                case 3:
                    self._move(referral, "accept")
                    self._move(referral, "start")
                    outcomes = [
                        {"domain": "safety", "result": "improved"},
                        {"domain": "coping", "result": "improved"},
                    ]
                    self._move(referral, "complete", {"outcomes": outcomes})
                case 4:
                    reason = ("no_capacity", "out_of_area", "criteria_not_met")[number % 3]
                    self._move(referral, "decline", {"reason": reason})
                case 5 if number == 5:
                    self._move(referral, "return", {"details": "Which days does the person work?"})

    def _move(self, referral: str, verb: str, body: dict[str, Any] | None = None) -> None:
        self._call("POST", f"/api/v1/referrals/{referral}/{verb}/", json.dumps(body or {}).encode())

    def _call(self, method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
        form = path.startswith("/oauth/")
        headers = {
            "Authorization": f"Basic {self._basic}" if form else f"Bearer {self._token}",
            "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        }
        answer: Any
        if self._web is None:
            answer = Client().generic(
                method,
                path,
                body or b"",
                content_type=headers["Content-Type"],
                headers=headers,
                HTTP_HOST="127.0.0.1",
            )
        else:
            answer = requests.request(method, self._web + path, data=body, headers=headers, timeout=30)
        if answer.status_code >= 400:
            raise RuntimeError(f"{method} {path} was answered {answer.status_code}")
        return answer.json()
