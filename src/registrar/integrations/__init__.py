"""The world outside: each module implements ports and translates foreign errors."""
