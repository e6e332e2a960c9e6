"""The clock of this machine."""

from __future__ import annotations

from datetime import UTC, date, datetime


class SystemClock:
    """Today by the machine's clock, in UTC."""

    def today(self) -> date:
        """The date of today."""
        return datetime.now(UTC).date()
