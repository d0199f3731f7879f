"""Pure calculations on readings: calendar, hourly sums, completeness. No I/O."""
