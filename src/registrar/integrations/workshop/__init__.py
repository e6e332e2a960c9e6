"""Making an entry: everything in a hidden folder beside the others, then one rename."""
