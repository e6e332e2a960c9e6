"""Train digits-classifier: which digit an 8x8 image of handwriting shows.

A linear model, kept small on purpose. Train and test rows come from the same thirteen
writers, so the accuracy for a new writer's hand is lower than the one measured here.
"""

from _data import Dataset
from _entry import Recipe, main
from sklearn.base import ClassifierMixin
from sklearn.linear_model import LogisticRegression

SIDE = 8

DIGITS = Dataset(
    file="digits.csv.gz",
    media_type="application/gzip",
    header_lines=0,
    features=tuple(f"pixel_{row}_{column}" for row in range(SIDE) for column in range(SIDE)),
    classes=tuple(f"digit_{digit}" for digit in range(10)),
    facts={
        "name": "uci-optical-digits-test",
        "version": "1.0.0",
        "description": "The test part of the UCI set: 1,797 digits as 8x8 counts from 0 to 16",
        "license": "CC-BY-4.0",
        "homepage": "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits",
        "creators": [{"name": "E. Alpaydin"}, {"name": "C. Kaynak"}],
        "published": "1998-06-30",
        "personal_data": {"level": "none"},
        "collection": {
            "method": "Bitmaps of 32x32 from a preprinted form, counted in blocks of 4x4",
            "known_biases": [
                "Thirteen writers; the file does not say who wrote which row",
                "Split by rows, not by writers: accuracy on new writers is lower",
            ],
        },
    },
)


def build_linear() -> ClassifierMixin:
    """Multinomial logistic regression on the raw counts.

    C = 0.1 did better than 1 on scaled counts in cross-validation on the training rows.
    """
    return LogisticRegression(C=0.1, solver="newton-cholesky", tol=1e-10)


RECIPES = (
    Recipe(
        name="digits-classifier",
        version="1.0.0",
        task="image-classification",
        description="Reads a handwritten digit from an 8x8 image with a linear model",
        tags=("image", "logistic-regression"),
        dataset=DIGITS,
        build=build_linear,
        gates={
            "test.accuracy": {"direction": "max", "min": 0.94, "max_regression": 0.01},
            "test.macro_f1": {"direction": "max", "min": 0.94, "max_regression": 0.01},
        },
    ),
)

if __name__ == "__main__":
    raise SystemExit(main(__file__, RECIPES))
