"""Services, one verb a file; check is the neck."""
