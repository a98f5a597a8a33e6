"""Who works here: agencies, teams, practitioners, services, agreements and API clients."""
