"""``registrar add``: a complete entry from a file or a run; what cannot be known is asked."""
