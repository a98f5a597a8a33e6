"""Reads over instruments, assessments and pathway versions."""
