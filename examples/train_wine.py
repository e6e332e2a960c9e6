"""Train wine-cultivar: which of three cultivars an Italian wine was made from.

1.0.0 looks at six routine measurements of the thirteen; 1.1.0 uses them all. Both take all
thirteen as input, are fitted on the same rows and measured on the same held-out rows.
Nothing was tuned: C is scikit-learn's default.
"""

from _data import Dataset
from _entry import Recipe, main
from sklearn.base import ClassifierMixin
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FEATURES = (
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity_of_ash",
    "magnesium",
    "total_phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color_intensity",
    "hue",
    "od280_od315_of_diluted_wines",
    "proline",
)
ROUTINE = ("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "color_intensity", "hue")

WINE = Dataset(
    file="wine_data.csv",
    media_type="text/csv",
    header_lines=1,
    features=FEATURES,
    classes=("class_0", "class_1", "class_2"),
    facts={
        "name": "uci-wine",
        "version": "1.0.0",
        "description": "Chemical analysis of 178 wines from three cultivars of one region of Italy",
        "license": "CC-BY-4.0",
        "homepage": "https://archive.ics.uci.edu/dataset/109/wine",
        "creators": [{"name": "Stefan Aeberhard"}, {"name": "M. Forina"}],
        "published": "1991-06-30",
        "personal_data": {"level": "none"},
        "collection": {
            "method": "Thirteen chemical measurements of each wine",
            "known_biases": [
                "One region of Italy and three cultivars only",
                "178 rows: a test split of 54 gives a wide interval of accuracy",
            ],
        },
    },
)


def _regression() -> LogisticRegression:
    return LogisticRegression(solver="newton-cholesky", tol=1e-10)


def build_routine() -> ClassifierMixin:
    """Logistic regression on the six standardised measurements of ROUTINE."""
    columns = [FEATURES.index(name) for name in ROUTINE]
    return make_pipeline(
        ColumnTransformer([("routine", StandardScaler(), columns)]),
        _regression(),
    )


def build_full() -> ClassifierMixin:
    """Logistic regression on all thirteen standardised measurements."""
    return make_pipeline(StandardScaler(), _regression())


RECIPES = (
    Recipe(
        name="wine-cultivar",
        version="1.0.0",
        task="tabular-classification",
        description="Tells three wine cultivars apart by six routine measurements of thirteen",
        tags=("tabular", "logistic-regression"),
        dataset=WINE,
        build=build_routine,
        gates={
            "test.accuracy": {"direction": "max", "min": 0.85},
            "test.macro_f1": {"direction": "max", "min": 0.85},
        },
    ),
    Recipe(
        name="wine-cultivar",
        version="1.1.0",
        task="tabular-classification",
        description="Tells three wine cultivars apart by thirteen chemical measurements",
        tags=("tabular", "logistic-regression"),
        dataset=WINE,
        build=build_full,
        gates={
            "test.accuracy": {"direction": "max", "min": 0.9, "max_regression": 0.02},
            "test.macro_f1": {"direction": "max", "min": 0.9, "max_regression": 0.02},
        },
    ),
)

if __name__ == "__main__":
    raise SystemExit(main(__file__, RECIPES))
