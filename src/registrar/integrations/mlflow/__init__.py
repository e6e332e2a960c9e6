"""MLflow: runs, logged models, the model registry. The library is imported when it is asked."""
