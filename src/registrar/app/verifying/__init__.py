"""``registrar verify``: are these the bytes that were published."""
