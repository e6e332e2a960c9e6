"""`registrar smoke`: does a model load, run, and reproduce its example."""
