"""The partner API: doors for a partner's own case system."""
