"""The invariants that hold whatever was killed, each as a question to the live database.

A check counts what it looked at and names what breaks it. None of them repairs anything.
"""

from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from access import verification
from access.context import acting_as_system
from referrals.queries.replay import replayed
from reporting.queries.rollups import drift
from rights.queries.erased import left_over

SHOWN = 20
REPLAYED = 200


@dataclass(frozen=True)
class Check:
    """One invariant: in words, what is counted, and a query of the ids that break it."""

    name: str
    says: str
    looked_at: str
    broken: str


@dataclass(frozen=True)
class Result:
    name: str
    says: str
    looked_at: int
    broken: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.broken


# What every partner's live sight rests on: beside referrals/grounds.py, which decides it, so that neither is
# believed alone. Left out is a sight on whose case, or on whose agency's agreements, work is waiting.
GROUNDS = """
WITH sight AS (
  SELECT g.* FROM access_grant g
  WHERE g.agency_id <> access_agency() AND (g.until IS NULL OR g.until > clock_timestamp())
    AND NOT EXISTS (
      SELECT 1 FROM messaging_message m WHERE m.done_at IS NULL AND m.available_at <= clock_timestamp()
        AND (m.payload ->> 'case' = g.case_id::text
             OR m.subscriber IN ('referrals.follow_agreement', 'referrals.follow_agency')))
), agreed AS (
  SELECT p.agency_id, a.categories, (a.ends_on + 1)::timestamp AT TIME ZONE 'Europe/London' AS until
  FROM agencies_agreement a
  JOIN agencies_agreementparty p ON p.agreement_id = a.id
  JOIN agencies_agreementparty h ON h.agreement_id = a.id AND h.agency_id = access_agency()
  WHERE a.status = 'offered' AND p.signed_on IS NOT NULL AND p.withdrawn_at IS NULL
    AND h.signed_on IS NOT NULL AND h.withdrawn_at IS NULL
), rests_on AS (
  SELECT g.id AS sight_id, r.categories AS asked, covered.categories AS covered, covered.until
  FROM sight g
  JOIN referrals_referral r ON r.agency_id = g.agency_id AND r.case_id = g.case_id
    AND r.status IN ('sent', 'received', 'accepted', 'in_progress')
  LEFT JOIN LATERAL (
    (SELECT c.categories, c.expires_at AS until FROM victims_consent c
     WHERE r.basis = 'consent' AND c.case_id = g.case_id AND c.agency_id = g.agency_id
     ORDER BY c.recorded_at DESC, c.id DESC LIMIT 1)
    UNION ALL
    (SELECT o.categories, o.until FROM referrals_override o
     WHERE r.basis = 'safeguarding_override' AND o.case_id = g.case_id AND o.agency_id = g.agency_id
       AND o.status = 'approved'
     ORDER BY o.decided_at DESC, o.id DESC LIMIT 1)
    UNION ALL
    (SELECT r.categories, NULL WHERE r.basis NOT IN ('consent', 'safeguarding_override'))
  ) AS covered ON true
  UNION ALL
  SELECT g.id, q.categories, q.categories, q.until FROM sight g
  JOIN referrals_research q ON q.agency_id = g.agency_id AND q.case_id = g.case_id AND q.until > clock_timestamp()
)
"""
OUTLIVES = """
SELECT g.id FROM sight g
WHERE NOT EXISTS (SELECT 1 FROM agreed a WHERE a.agency_id = g.agency_id AND (a.until IS NULL OR g.until <= a.until))
   OR NOT EXISTS (SELECT 1 FROM rests_on r WHERE r.sight_id = g.id AND (r.until IS NULL OR g.until <= r.until))
"""
BEYOND = """
SELECT DISTINCT g.id FROM sight g CROSS JOIN LATERAL unnest(g.categories) AS shown (category)
WHERE NOT EXISTS (SELECT 1 FROM agreed a WHERE a.agency_id = g.agency_id AND shown.category = ANY (a.categories))
   OR NOT EXISTS (SELECT 1 FROM rests_on r WHERE r.sight_id = g.id
                  AND shown.category = ANY (r.asked) AND shown.category = ANY (r.covered))
"""
PARTNERS_SIGHTS = (
    "SELECT count(*) FROM access_grant WHERE agency_id <> access_agency()"
    " AND (until IS NULL OR until > clock_timestamp())"
)

CHECKS = (
    Check(
        "rows_judged",
        "Every row of a finished feed run has exactly one verdict",
        "SELECT count(*) FROM referrals_feedrow",
        "SELECT r.id FROM referrals_feedrow r JOIN referrals_feedrun f ON f.id = r.run_id"
        " WHERE f.status = 'finished' AND r.verdict = ''",
    ),
    Check(
        "held_rows_answered",
        "Every row that left quarantine, and every correction, has the step that says who did it",
        "SELECT count(*) FROM referrals_heldstep",
        # An erased row is empty, and its steps have gone with it.
        "SELECT r.id FROM referrals_feedrow r WHERE r.raw <> '{}' AND (r.answers > 0"
        " OR starts_with(r.verdict, 'returned:') OR starts_with(r.verdict, 'referred:'))"
        " AND r.answers IS DISTINCT FROM nullif((SELECT count(*) FROM referrals_heldstep s WHERE s.row_id = r.id), 0)",
    ),
    Check(
        "rows_complete",
        "Every feed run holds as many rows as it received",
        "SELECT count(*) FROM referrals_feedrun",
        "SELECT f.id FROM referrals_feedrun f"
        " WHERE f.received <> (SELECT count(*) FROM referrals_feedrow r WHERE r.run_id = f.id)",
    ),
    Check(
        "runs_go_on",
        "Every feed run that is not finished has its next step waiting",
        "SELECT count(*) FROM referrals_feedrun WHERE status <> 'finished'",
        "SELECT f.id FROM referrals_feedrun f WHERE f.status <> 'finished' AND NOT EXISTS ("
        " SELECT 1 FROM messaging_message m WHERE m.subscriber = 'referrals.judge_rows' AND m.done_at IS NULL"
        " AND m.payload ->> 'run' = f.id::text)",
    ),
    Check(
        "workable_rows_have_a_case",
        "Every workable row opened or joined a case of a person",
        "SELECT count(*) FROM referrals_feedrow WHERE verdict = 'workable'",
        "SELECT id FROM referrals_feedrow WHERE verdict = 'workable' AND (case_id IS NULL OR person_id IS NULL)",
    ),
    Check(
        "hub_sees_its_cases",
        "Every case that a row opened or joined is shown to the hub by a grant",
        "SELECT count(DISTINCT case_id) FROM referrals_feedrow",
        "SELECT DISTINCT r.case_id FROM referrals_feedrow r WHERE r.case_id IS NOT NULL AND NOT EXISTS ("
        " SELECT 1 FROM access_grant g WHERE g.case_id = r.case_id AND g.agency_id = access_agency())",
    ),
    Check(
        "triaged_cases_routed_once",
        "Every triaged case has its one routing decision, unless it waits or the case was taken out of routing first",
        "SELECT count(*) FROM messaging_event WHERE topic = 'case.triaged'",
        "SELECT e.id FROM messaging_event e WHERE e.topic = 'case.triaged'"
        " AND (SELECT count(*) FROM referrals_routingdecision d WHERE d.asked_by = e.id::text) <> 1"
        " AND NOT EXISTS (SELECT 1 FROM messaging_message m WHERE m.key = e.id::text AND m.done_at IS NULL)"
        " AND ((SELECT count(*) FROM referrals_routingdecision d WHERE d.asked_by = e.id::text) > 1"
        " OR NOT EXISTS (SELECT 1 FROM messaging_event taken WHERE taken.case_id = e.case_id"
        " AND taken.topic = 'case.moved' AND taken.id > e.id AND taken.data ->> 'from_status' = 'triaged'"
        " AND taken.data ->> 'to_status' <> 'routed'))",
    ),
    Check(
        "decisions_made_their_referrals",
        "Every routing decision made exactly the referrals that it planned",
        "SELECT count(*) FROM referrals_routingdecision",
        "SELECT d.id FROM referrals_routingdecision d WHERE jsonb_array_length(d.decision -> 'referrals')"
        " <> (SELECT count(*) FROM referrals_referral r WHERE r.decision_id = d.id)",
    ),
    Check(
        "no_referral_twice",
        "No team holds two open referrals of one case for one service",
        "SELECT count(*) FROM referrals_referral",
        "SELECT r.case_id FROM referrals_referral r WHERE r.ended_at IS NULL"
        " AND r.status IN ('sent', 'received', 'accepted', 'in_progress')"
        " GROUP BY r.case_id, r.service_id HAVING count(*) > 1",
    ),
    Check(
        "needs_have_a_place",
        "Every need that is asked for is asked of a referral that is open or completed (or the work that gives it back"
        " is waiting), in one family with what it was split from",
        "SELECT count(*) FROM referrals_askedneed WHERE ended_at IS NULL",
        "SELECT n.id FROM referrals_askedneed n JOIN referrals_referral r ON r.id = n.referral_id"
        " WHERE n.ended_at IS NULL AND (coalesce(r.split_from_id, r.id) <> n.family_id"
        " OR r.status NOT IN ('sent', 'received', 'accepted', 'in_progress', 'completed')"
        " AND NOT EXISTS (SELECT 1 FROM messaging_message m WHERE m.subscriber = 'referrals.follow_referral'"
        " AND m.done_at IS NULL AND m.payload ->> 'referral' = r.id::text))",
    ),
    Check(
        "places_counted",
        "Every service's places taken are its open referrals, and its count towards its share what it was sent",
        "SELECT count(*) FROM agencies_service",
        "SELECT s.id FROM agencies_service s LEFT JOIN referrals_referral r ON r.service_id = s.id GROUP BY s.id"
        " HAVING s.taken <> count(r.id) FILTER (WHERE r.status IN"
        " ('draft', 'sent', 'received', 'accepted', 'in_progress'))"
        " OR s.sent <> count(r.id) FILTER (WHERE r.sent_at >= s.sent_since)",
    ),
    Check(
        "waiting_in_their_row",
        "Every case that waits for a place is one whose last decision says so",
        "SELECT count(*) FROM referrals_waiting",
        "SELECT w.id FROM referrals_waiting w WHERE NOT EXISTS ("
        " SELECT 1 FROM (SELECT d.decision FROM referrals_routingdecision d WHERE d.case_id = w.case_id"
        " ORDER BY d.decided_at DESC, d.id DESC LIMIT 1) last,"
        " jsonb_array_elements(last.decision -> 'held') held"
        " WHERE held ->> 'code' = 'no_capacity' AND held ->> 'instead' = ''"
        " AND held -> 'plan' ->> 'service' = w.service_code)",
    ),
    Check(
        "events_reach_their_feed",
        "Every referral event is in the feed of the referral's agency",
        "SELECT count(*) FROM messaging_event WHERE referral_id IS NOT NULL AND topic NOT LIKE 'pathway.%'"
        " AND topic <> 'referral.given'",
        # A challenge names a referral too; it is about the pathway, and told to whoever keeps that. Whom a team gives
        # its work to is the team's own.
        "SELECT e.id FROM messaging_event e JOIN referrals_referral r ON r.id = e.referral_id"
        " WHERE e.topic NOT LIKE 'pathway.%' AND e.topic <> 'referral.given'"
        " AND NOT EXISTS (SELECT 1 FROM messaging_feedentry f"
        " WHERE f.event_id = e.id AND f.agency_id = r.agency_id)",
    ),
    Check(
        "feeds_without_gaps",
        "Every agency's feed is numbered from 1 without a gap",
        "SELECT count(*) FROM messaging_feedentry WHERE position IS NOT NULL",
        "SELECT agency_id FROM messaging_feedentry WHERE position IS NOT NULL"
        " GROUP BY agency_id HAVING max(position) <> count(*) OR min(position) <> 1",
    ),
    Check(
        "open_referrals_can_be_read",
        "Every open referral's agency holds a grant on the case",
        "SELECT count(*) FROM referrals_referral WHERE status IN ('sent', 'received', 'accepted', 'in_progress')",
        "SELECT r.id FROM referrals_referral r WHERE r.status IN ('sent', 'received', 'accepted', 'in_progress')"
        " AND NOT EXISTS (SELECT 1 FROM access_grant g WHERE g.agency_id = r.agency_id AND g.case_id = r.case_id"
        " AND (g.until IS NULL OR g.until > clock_timestamp()))",
    ),
    Check(
        "no_grant_without_a_referral",
        "No partner sees a case without an open referral or a conference that asked it (or the work that ends its"
        " sight is waiting)",
        "SELECT count(*) FROM access_grant WHERE agency_id <> access_agency()",
        "SELECT g.id FROM access_grant g WHERE g.agency_id <> access_agency()"
        " AND (g.until IS NULL OR g.until > clock_timestamp())"
        " AND NOT EXISTS (SELECT 1 FROM referrals_referral r WHERE r.agency_id = g.agency_id AND r.case_id = g.case_id"
        " AND r.status IN ('sent', 'received', 'accepted', 'in_progress'))"
        " AND NOT EXISTS (SELECT 1 FROM referrals_research q WHERE q.agency_id = g.agency_id AND q.case_id = g.case_id"
        " AND q.until > clock_timestamp())"
        " AND NOT EXISTS (SELECT 1 FROM messaging_message m WHERE m.done_at IS NULL"
        " AND m.payload ->> 'case' = g.case_id::text)",
    ),
    Check(
        "no_grant_outlives_its_ground",
        "No partner's sight lasts beyond its agreement, nor beyond the consent or override that all its referrals"
        " rest on (or the work that ends it is waiting)",
        PARTNERS_SIGHTS,
        GROUNDS + OUTLIVES,
    ),
    Check(
        "no_grant_beyond_its_ground",
        "No partner is shown a data category that its agreement, and consent, override or another basis, do not cover",
        PARTNERS_SIGHTS,
        GROUNDS + BEYOND,
    ),
    Check(
        "marks_are_true",
        "Every grant is marked where its person, or who is one with them, is restricted or anybody is in conflict",
        "SELECT count(*) FROM access_grant",
        "SELECT g.id FROM access_grant g CROSS JOIN LATERAL (SELECT ARRAY(SELECT other.person_id"
        " FROM access_sameas one JOIN access_sameas other ON other.group_id = one.group_id"
        " WHERE one.person_id = g.person_id) || g.person_id AS people) AS same"
        " WHERE g.restricted <> EXISTS (SELECT 1 FROM access_restriction r"
        " WHERE r.person_id = ANY (same.people) AND r.lifted_at IS NULL)"
        " OR g.conflicted <> EXISTS (SELECT 1 FROM access_conflict c"
        " WHERE c.person_id = ANY (same.people) AND c.ended_at IS NULL)",
    ),
    Check(
        "cases_marked_as_granted",
        "Every case that is marked as seen by the hub has an open grant of it, without restriction or conflict",
        "SELECT count(*) FROM referrals_case WHERE hub_sees",
        "SELECT c.id FROM referrals_case c WHERE c.hub_sees AND NOT EXISTS (SELECT 1 FROM access_grant g"
        " WHERE g.agency_id = c.hub_id AND g.case_id = c.id AND 'identity' = ANY (g.categories)"
        " AND g.until IS NULL AND NOT g.restricted AND NOT g.conflicted)",
    ),
    Check(
        "linked_are_one",
        "Whoever is linked is known to be one, and nobody else is",
        "SELECT count(*) FROM victims_personlink WHERE ended_at IS NULL",
        "SELECT l.id FROM victims_personlink l WHERE l.ended_at IS NULL AND NOT EXISTS ("
        " SELECT 1 FROM access_sameas a JOIN access_sameas b ON b.group_id = a.group_id"
        " WHERE a.person_id = l.person_id AND b.person_id = l.other_id)"
        " UNION ALL SELECT s.person_id FROM access_sameas s WHERE NOT EXISTS (SELECT 1 FROM victims_personlink l"
        " WHERE l.ended_at IS NULL AND s.person_id IN (l.person_id, l.other_id))",
    ),
    Check(
        "accused_stand_apart",
        "Nobody is linked with whom a report says that they have harmed",
        "SELECT count(*) FROM victims_personlink WHERE ended_at IS NULL",
        "SELECT l.id FROM victims_personlink l WHERE l.ended_at IS NULL"
        " AND victims_accuse_each_other(access_same_as(l.person_id))",
    ),
    Check(
        "restrictions_answered_for",
        "A supervisor at work answers for every restricted record",
        "SELECT count(*) FROM access_restriction WHERE lifted_at IS NULL",
        "SELECT r.id FROM access_restriction r WHERE r.lifted_at IS NULL AND NOT EXISTS ("
        " SELECT 1 FROM access_personalgrant p JOIN agencies_practitioner a ON a.id = p.practitioner_id"
        " WHERE p.person_id = r.person_id AND p.because <> 'break_glass' AND p.ended_at IS NULL"
        " AND (p.until IS NULL OR p.until > clock_timestamp()) AND a.is_active AND a.role = 'supervisor')",
    ),
    Check(
        "glass_mends",
        "Every break-glass ends within three hours, and has its review of the same person by somebody else",
        "SELECT count(*) FROM access_personalgrant WHERE because = 'break_glass'",
        "SELECT p.id FROM access_personalgrant p LEFT JOIN access_breakglassreview v ON v.id = p.review_id"
        " WHERE p.because = 'break_glass' AND (p.until > p.given_at + interval '3 hours' OR v.id IS NULL"
        " OR v.person_id <> p.person_id OR v.broken_by <> p.practitioner_id OR v.reviewed_by = v.broken_by)",
    ),
    Check(
        "nothing_stuck",
        "No message keeps failing, and none is a minute late",
        "SELECT count(*) FROM messaging_message",
        "SELECT id FROM messaging_message WHERE done_at IS NULL"
        " AND (attempts >= 5 OR available_at < clock_timestamp() - interval '60 seconds')",
    ),
    Check(
        "policies_hold",
        "Every table with a case or a person in it is behind a forced policy",
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')",
        "SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND a.attname IN ('case_id', 'person_id') AND NOT a.attisdropped"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    ),
    Check(
        "role_is_bound",
        "The application's role owns nothing and cannot step over policies",
        "SELECT 1",
        "SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls OR EXISTS ("
        " SELECT 1 FROM pg_class WHERE relowner = pg_roles.oid))",
    ),
)


def check_all(*, anchor: str = "") -> list[Result]:
    """Ask every invariant of the live database, as the system account `integrity`.

    anchor: the JSON of an anchor of earlier, to hold the access log against too.
    In one snapshot, so that work going on meanwhile breaks nothing (inside somebody's transaction: in theirs).
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with acting_as_system("integrity"):
            return [*_ask(cursor), *_ask_the_log(anchor)]


def _ask(cursor: CursorWrapper) -> list[Result]:
    results = []
    for check in CHECKS:
        cursor.execute(check.looked_at)
        looked_at = cursor.fetchone()[0]
        cursor.execute(f"{check.broken} LIMIT {SHOWN}")
        results.append(Result(check.name, check.says, looked_at, [str(row[0]) for row in cursor.fetchall()]))
    recounted, drifts = drift()
    results.append(
        Result(
            "rollups_agree",
            "Every roll-up agrees with a recount of the record",
            recounted,
            [f"{d.measure} {d.dimension}: {d.rolled_up} for {d.recounted}" for d in drifts[:SHOWN]],
        )
    )
    again = list(replayed(newest=REPLAYED))
    says = f"The newest {REPLAYED} routing decisions are the same made again from what was kept of them"
    differing = [str(one.id) for one in again if one.differs]
    results.append(Result("decisions_replay", says, len(again), differing[:SHOWN]))
    erased, left = left_over()
    says = "Nothing is left of those who were erased, in any table"
    results.append(Result("nothing_left_of_the_erased", says, erased, left))
    return results


def _ask_the_log(anchor: str) -> list[Result]:
    results = [
        Result(
            "looks_chained",
            "Every look is as it was written, in its place in its chain",
            *verification.verify(),
        ),
        Result("looks_have_months", "The coming months have their partitions", *verification.months_ahead()),
    ]
    if anchor:
        says = "Every look that the anchor knew is there, unchanged"
        results.append(Result("looks_anchored", says, *verification.verify_against(anchor)))
    return results
