"""How the parts of a zip begin; apart from its readers, which cost more to import."""

LOCAL, END = b"PK\x03\x04", b"PK\x05\x06"
