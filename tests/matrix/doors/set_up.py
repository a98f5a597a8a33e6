"""What a hub is set up with: agencies, their people, services and agreements, instruments and pathways."""

from tests.matrix.doors.door import REASON, Door

OF_AGREEMENT = Door(at={"code": "{agreement}"}, posts=({"reason": "Over.", "words": "Over."},))
OF_VERSION = Door(
    at={"code": "{pathway}", "number": "1"}, posts=({"reasons": "Over.", "position": "agreed", "days": "1"},)
)

OF_DRY_RUN = {"code": "{pathway}", "number": "1", "run_id": "{dry_run}"}

OF_PRACTITIONER = Door(at={"practitioner_id": "{practitioner}"})
OF_INSTRUMENT = Door(at={"code": "risk-24"}, posts=({"act": "up R02", "title": REASON},))

SET_UP: dict[str, Door] = {
    "agencies": Door(),
    "agency_add": Door(posts=({"name": "New", "kind": "partner"},)),
    "agency": Door(at={"code": "{agency}"}),
    "team_add": Door(at={"code": "{agency}"}, posts=({"name": "New team"},)),
    "practitioner": Door(at={"practitioner_id": "{practitioner}"}, posts=({"role": "practitioner"},)),
    "practitioner_deactivate": OF_PRACTITIONER,
    "practitioner_reactivate": OF_PRACTITIONER,
    "practitioner_sign_out": OF_PRACTITIONER,
    "practitioner_unlock": OF_PRACTITIONER,
    "practitioner_reset_second_factor": OF_PRACTITIONER,
    "invite": Door(
        at={"code": "{agency}"}, posts=({"name": "New", "email": "new@new.example", "role": "practitioner"},)
    ),
    "invitation_send_again": Door(at={"invitation_id": "{invitation}"}),
    "invitation_withdraw": Door(at={"invitation_id": "{invitation}"}),
    "client_revoke": Door(at={"client_id": "{client}"}),
    "sign_on_set": Door(at={"code": "{agency}"}),
    "services": Door(),
    "service_places": Door(at={"service_id": "{service}"}, posts=({"is_open": "yes", "capacity": "9"},)),
    "service_describe": Door(at={"service_id": "{service}"}, posts=({"interpreters": "yes"},)),
    "service_add": Door(posts=({"team": "{service}", "code": "new", "name": "New"},)),
    "service_shares": Door(at={"code": "hate-crime"}),
    "service_history": Door(at={"service_id": "{service}"}),
    "pathway_service": Door(at={"service_id": "{service}"}, posts=({"reason": REASON, "understood": "on"},)),
    "agreements": Door(),
    "agreement_draft": Door(posts=({"name": "New", "categories": "identity", "purposes": "victim_support"},)),
    "agreement": OF_AGREEMENT,
    "agreement_edit": OF_AGREEMENT,
    "agreement_offer": OF_AGREEMENT,
    "agreement_sign": OF_AGREEMENT,
    "agreement_withdraw": OF_AGREEMENT,
    "agreement_end": OF_AGREEMENT,
    "agreement_renew": OF_AGREEMENT,
    "instruments": Door(),
    "instrument_new": Door(posts=({"code": "tea-leaves", "title": REASON},)),
    "instrument": Door(at={"code": "risk-24", "edition": "1"}),
    "instrument_preview": Door(at={"code": "risk-24", "edition": "1"}),
    "instrument_draft": OF_INSTRUMENT,
    "instrument_arrange": OF_INSTRUMENT,
    "instrument_words": OF_INSTRUMENT,
    "instrument_item": Door(at={"code": "risk-24", "item": "new"}),
    "instrument_section": Door(
        at={"code": "risk-24", "place": "1"}, posts=({"was": REASON, "title": REASON},)
    ),
    "instrument_scoring": OF_INSTRUMENT,
    "instrument_trigger": OF_INSTRUMENT,
    "instrument_publish": OF_INSTRUMENT,
    "instrument_discard": OF_INSTRUMENT,
    "pathways": Door(),
    "pathway_book": Door(at={"code": "{pathway}"}),
    "pathway": OF_VERSION,
    "pathway_challenge": Door(at={"challenge_id": "{challenge}"}, posts=({"words": REASON},)),
    "pathway_new": Door(posts=({"title": "{surname}"},)),
    "pathway_terms": Door(at={"code": "{pathway}"}, posts=({"threshold": "majority"},)),
    "pathway_draft": Door(at={"code": "{pathway}"}),
    "pathway_edit": OF_VERSION,
    "pathway_edit_title": OF_VERSION,
    "pathway_edit_assessment": OF_VERSION,
    "pathway_edit_arrange": OF_VERSION,
    "pathway_edit_route": Door(at={"code": "{pathway}", "number": "1", "place": "default"}),
    "pathway_edit_rule": Door(at={"code": "{pathway}", "number": "1", "place": "entry"}),
    "pathway_import": OF_VERSION,
    "pathway_export": OF_VERSION,
    "pathway_compare": Door(at={"code": "{pathway}", "number": "1", "other": "1"}),
    "pathway_propose": OF_VERSION,
    "pathway_emergency": OF_VERSION,
    "pathway_answer": OF_VERSION,
    "pathway_withdraw": OF_VERSION,
    "pathway_retire": OF_VERSION,
    "pathway_discard": OF_VERSION,
    "pathway_dry_runs": Door(
        at={"code": "{pathway}", "number": "1"},
        posts=({"since": "2026-01-01", "until": "2026-01-31"},),
    ),
    "pathway_dry_run": Door(at=OF_DRY_RUN),
    "pathway_dry_run_csv": Door(at=OF_DRY_RUN),
    "pathway_dry_run_cases": Door(at=OF_DRY_RUN),
    "pathway_dry_run_cases_csv": Door(at=OF_DRY_RUN),
}
