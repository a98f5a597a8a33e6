"""Feeds as rules: how a sender's file is read, what a row tells, and the one verdict that it gets."""
