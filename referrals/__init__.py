"""The work: feeds and intake, cases, triage, routing, the life of a referral, and clocks."""
