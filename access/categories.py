"""Data categories: what of a case a grant shows. Agreements, consents and grants all speak these."""

from enum import StrEnum


class Category(StrEnum):
    IDENTITY = "identity"
    CONTACT = "contact"
    SAFE_ADDRESS = "safe_address"
    INCIDENT = "incident"
    ASSESSMENT = "assessment"
    HEALTH = "health"
    NOTES = "notes"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


ALL_CATEGORIES = tuple(str(category) for category in Category)
