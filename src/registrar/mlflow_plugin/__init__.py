"""MLflow's faces of Registrar, as thin as the command line."""
