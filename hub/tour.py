"""The tour of the first day: a few steps by role, each a page with links to where the work is done. Pure.

A step shows to whoever has its capability, so that a role's tour follows what it may do.
"""

from dataclasses import dataclass

from access.actor import Actor
from access.roles import Capability


@dataclass(frozen=True)
class Step:
    """One page of the tour. links: words and named URL. capability: who is shown it; None is everybody."""

    title: str
    words: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    capability: Capability | None = None


STEPS = (
    Step(
        "Begin with Today",
        (
            "Today says in numbers what waits for you. Each number opens the list that it counts.",
            "What is red needs somebody now. Come back to it whenever you have finished something.",
        ),
        (("Today", "home"),),
    ),
    Step(
        "Take a case",
        (
            "The triage queue lists people whom nobody has called yet, whoever is due first at the top.",
            "“Take the next case” on Today gives you the one that presses most, and it is yours from then on.",
        ),
        (("Triage queue", "triage"), ("My cases", "my_cases")),
        Capability.TRIAGE,
    ),
    Step(
        "Look before you call",
        (
            "At the top of each case stands whether it is safe to call now, on which number, and what to say.",
            "Where it says no, do not call. Write down every try: the next one is put in your diary.",
        ),
        (("Diary", "diary"),),
        Capability.TRIAGE,
    ),
    Step(
        "Keep what you promised",
        (
            "Tasks are what you or your team are to do by a time. Clocks are what the hub owes a person by rule.",
            "Both say in words what is late. If something cannot be done in time, say why, in time.",
        ),
        (("My tasks", "my_tasks"), ("Clocks", "clock_list")),
        Capability.TRIAGE,
    ),
    Step(
        "Follow the partners’ answers",
        (
            "Once a case is triaged, the pathway sends it to the right services. You see there what they answered.",
            "Where a service declines or does not answer, somebody decides what comes next.",
        ),
        (("Partner responses", "partner_responses"),),
        Capability.ROUTE,
    ),
    Step(
        "Answer what the hub sends",
        (
            "Each referral says by when your answer is due. Accept it, decline it with a reason, or ask first.",
            "While your question waits for the hub, your time to answer stands still.",
        ),
        (("Referrals", "partner_queue"),),
        Capability.ANSWER_REFERRAL,
    ),
    Step(
        "Say how many you can take",
        ("While no place is free the hub sends you nobody new; they wait, and come when a place is free.",),
        (("Places", "services"),),
        Capability.SET_CAPACITY,
    ),
    Step(
        "Tell a case conference what you know",
        (
            "You agree to the meeting’s confidentiality first. Then answer each case: known, or not known.",
            "What your agency is given to do stands under its actions. “Not possible” is an answer too.",
        ),
        (("Conferences", "conferences"),),
        Capability.ANSWER_RESEARCH,
    ),
    Step(
        "See the hub at a glance",
        (
            "The dashboard shows who waits, what is late and what partners answer. Each number opens its list.",
        ),
        (("Dashboard", "dashboard"),),
        Capability.SEE_DASHBOARD,
    ),
    Step(
        "Follow what you sent",
        ("You see how far each person you referred has come, and what came back to be mended.",),
        (("What we sent", "sent"), ("New referral", "new_referral")),
        Capability.SEE_SENT,
    ),
    Step(
        "Follow whom you referred",
        (
            "You see how far the hub is with each person that your agency referred, and what came back to be mended.",
        ),
        (("Who we referred", "sent"), ("New referral", "new_referral")),
        Capability.SEE_REFERRED,
    ),
    Step(
        "Keep agencies and people",
        ("Invite people, give them a role and teams, and end their access on the day that they leave.",),
        (("Agencies", "agencies"),),
        Capability.ADMINISTER_AGENCY,
    ),
    Step(
        "See who looked at what",
        ("Every look at a record and every search is in the access log, and nobody can take it out.",),
        (("Access log", "access_log"),),
        Capability.SEE_ACCESS_LOG,
    ),
    Step(
        "Let the hub tell you",
        (
            "Notifications, at the top of each page, say what came since you last looked.",
            "Choose for each kind whether you want an e-mail too. No e-mail says anything about anybody.",
        ),
        (("Notifications", "notifications"), ("How you are told", "notification_choices")),
    ),
    Step(
        "Look only where your work takes you",
        (
            "Every look at a person’s record is logged. Declare a conflict where you know somebody.",
            "Lock your screen when you leave it. “Keys”, at the foot of each page, saves you the mouse.",
        ),
        (("Keys", "keys"),),
    ),
)


def steps_for(actor: Actor) -> list[Step]:
    """The steps of the actor's own tour, in their order."""
    return [step for step in STEPS if step.capability is None or actor.can(step.capability)]
