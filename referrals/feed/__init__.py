"""Feeds of reports: reading a sender's file, understanding its rows and judging them. Pure rules, no Django."""
