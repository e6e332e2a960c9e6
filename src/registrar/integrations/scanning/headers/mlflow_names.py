"""What the ``MLmodel`` files that MLflow writes may name: loaders, flavours, classes, paths.

Source: MLflow 3.17, ``mlflow.pyfunc.load_model`` and the ``load_model`` of each flavour.
"""

from __future__ import annotations

FLAVOURS = frozenset(
    {
        *("catboost", "diffusers", "dspy", "h2o", "johnsnowlabs", "keras", "langchain"),
        *("lightgbm", "llama_index", "onnx", "openai", "paddle", "pmdarima", "prophet"),
        *("promptflow", "python_function", "pytorch", "sentence_transformers", "shap"),
        *("sklearn", "spacy", "spark", "statsmodels", "tensorflow", "transformers", "xgboost"),
    }
)
_PROGRAMS = frozenset({"dspy", "langchain", "llama_index", "shap"})
PROGRAMS = frozenset({f"mlflow.{flavour}" for flavour in _PROGRAMS}) | {
    "mlflow.pyfunc.model",
    "mlflow.pyfunc.loaders.chat_agent",
    "mlflow.pyfunc.loaders.chat_model",
    "mlflow.pyfunc.loaders.code_model",
    "mlflow.pyfunc.loaders.responses_agent",
}
"""Loader modules of MLflow's own that run a program of the model's, or unpickle one."""
LOADERS = frozenset({f"mlflow.{flavour}" for flavour in FLAVOURS - _PROGRAMS}) - {
    "mlflow.python_function"
}
"""Loader modules of MLflow's own that read a file in the format of its flavour."""
KERAS = frozenset({"keras", "tensorflow.keras", "tf_keras"})
CLASSES = frozenset(
    {
        ("lightgbm.basic", "Booster"),
        *(("lightgbm.sklearn", f"LGBM{kind}") for kind in ("Classifier", "Model", "Ranker")),
        ("lightgbm.sklearn", "LGBMRegressor"),
        ("xgboost.core", "Booster"),
        *(("xgboost.sklearn", f"XGB{kind}") for kind in ("Classifier", "Model", "Ranker")),
        *(("xgboost.sklearn", f"XGB{kind}") for kind in ("RFClassifier", "RFRegressor")),
        ("xgboost.sklearn", "XGBRegressor"),
    }
)
"""What ``model_class`` may name: MLflow imports it."""
PATHS = frozenset(
    {
        *("artifact_path", "code", "conda", "data", "model_binary", "model_data", "model_path"),
        *("path", "pickled_model", "python_model", "saved_model_dir", "serving_input_path"),
        "virtualenv",
    }
)
"""Keys whose value is joined to the folder."""
NOT_READ = frozenset({"config", "metadata", "uri"})
"""Keys whose values no loader takes for a path: the user's own, and where something came from."""
NAMED_MODULES = ("keras_module.txt", "pickle_module_info.txt")
"""Files in a flavour's data folder: MLflow imports the module that they name."""
SERIALIZATIONS = frozenset({"cloudpickle", "pickle", "skops"})
