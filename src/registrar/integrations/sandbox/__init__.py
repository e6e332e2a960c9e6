"""Running foreign code where it can do no harm: layers, each probed and named."""
