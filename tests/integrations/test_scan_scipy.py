"""Distributions, dictionaries of keys and polynomials: what their libraries write, and no more.

Each hostile file is the honest one with one thing changed.
"""

from __future__ import annotations

import copyreg
import io
import os
import pickle
import warnings
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import joblib
import numpy as np
import pytest
import scipy.sparse
from scipy import stats
from scipy.stats._distn_infrastructure import rv_generic
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import RandomizedSearchCV

from registrar.domain.scanning import Safety, Trouble
from registrar.integrations.scanning.allowlist import DISCRETE, Use, allowlist
from registrar.integrations.scanning.engine import Engine
from registrar.integrations.scanning.parts import Part
from registrar.integrations.scanning.second import PickleOpinion
from registrar.integrations.smoke.trusted import SKOPS_TYPES

MAKE: Any = vars(copyreg)["_reconstructor"]
NOT_LISTED = {"levy_stable"}
"""Loaded by code of its own."""
POLYNOMIALS = [
    kind for kind in vars(np.polynomial).values() if isinstance(kind, type) and kind.__module__
]


def troubles(content: bytes, name: str = "model.pkl") -> tuple[Trouble, ...]:
    return Engine(allowlist()).judged(Part(name, io.BytesIO(content), len(content))).troubles


def as_joblib(value: Any, compress: object = 0) -> bytes:
    out = io.BytesIO()
    joblib.dump(value, out, compress=compress)
    return out.getvalue()


WRITERS: list[Callable[[Any], bytes]] = [
    *(partial(pickle.dumps, protocol=number) for number in range(6)),
    as_joblib,
    partial(as_joblib, compress=("zlib", 1)),
]


def drawn() -> list[Any]:
    return [
        *(stats.loguniform(1e-4, 1e2), stats.uniform(0, 1), stats.uniform(loc=np.float64(2))),
        *(stats.randint(1, 10), stats.norm(), stats.expon(scale=3), stats.poisson(mu=2)),
        *(stats.truncnorm(-1, 1, loc=0.5), stats.binom(5, 0.5), stats.beta(2, 3)),
    ]


@pytest.mark.filterwarnings("ignore")
def test_a_search_over_distributions_is_clean() -> None:
    features, labels = load_iris(return_X_y=True)
    drawn = {"C": stats.loguniform(1e-2, 1e2), "max_iter": stats.randint(20, 60)}
    drawn |= {"intercept_scaling": stats.uniform(1, 2)}
    search = RandomizedSearchCV(LogisticRegression(), drawn, n_iter=3, cv=2, random_state=0)
    search.fit(features, labels)
    for write in WRITERS:
        content = write(search)
        assert troubles(content) == ()
    assert (pickle.loads(content) if content[:1] == b"\x80" else search).predict(features[:1]) >= 0


def test_every_distribution_of_scipy_is_clean_but_those_with_code_of_their_own() -> None:
    refused, count = set(), 0
    for name, value in vars(stats).items():
        if isinstance(value, rv_generic):
            count += 1
            for protocol in (0, 2, 4, 5):
                if troubles(pickle.dumps(value, protocol)):
                    refused.add(name)
    assert refused == NOT_LISTED
    assert count > 120
    assert [one for one in drawn() for write in WRITERS if troubles(write(one))] == []


def test_dictionaries_of_keys_and_polynomials_are_clean() -> None:
    values: list[Any] = [kind([1.0, 2.0, 3.0]) for kind in POLYNOMIALS]
    values += [scipy.sparse.dok_matrix(np.eye(3)), scipy.sparse.dok_array(np.eye(3))]
    values += [scipy.sparse.dok_matrix((2, 2), dtype=np.int8)]
    assert len(POLYNOMIALS) == 6
    for value in values:
        assert [write for write in WRITERS if troubles(write(value))] == [], value


class As:
    """Pickled as what its maker says."""

    def __init__(self, *reduced: Any) -> None:
        self.reduced = reduced

    def __reduce__(self) -> Any:
        return tuple(iter(it) if isinstance(it, Items) else it for it in self.reduced)


class Items(list[Any]):
    """What is put into an object after it was made."""


def empty(kind: type) -> tuple[Any, ...]:
    return MAKE, (kind, object, None)


def changed(value: Any, **attributes: Any) -> As:
    """A value with some attributes changed; ``gone`` names some that go."""
    get = getattr(value, "__getstate__", None)
    state = dict(get() if get is not None else value.__dict__)
    for name in attributes.pop("gone", ()):
        del state[name]
    return As(*empty(type(value)), {**state, **attributes})


UNIFORM, RANDINT = stats.uniform(0, 1).dist, stats.randint(1, 9).dist
TEXT: str = UNIFORM._parse_arg_template
NEW = LogisticRegression()
"""An object that a stream may fill freely: it could carry a callable under any name."""


def of_distributions() -> dict[str, As]:
    poison = TEXT.replace("loc=0", "loc=print('ran')", 1)
    continuous = {
        "text": {"_parse_arg_template": poison},
        "text behind": {"_parse_arg_template": TEXT + "import os\n"},
        "text of bytes": {"_parse_arg_template": TEXT.encode()},
        "no text": {"gone": ["_parse_arg_template"]},
        "text for more": {"_parse_arg_template": TEXT.replace("self, ", "self, a=print(), ", 1)},
        "text by shapes": {
            "shapes": "a=print()",
            "_parse_arg_template": TEXT.replace("self, ", "self, a=print(), ", 1),
        },
        "shapes": {"shapes": "a\n"},
        "shapes of others": {"shapes": "a, b"},
        "numargs": {"numargs": NEW},
        "numargs of a number": {"numargs": np.float64(0)},
        "no numargs": {"gone": ["numargs"]},
        "moment type": {"moment_type": NEW},
        "no moment type": {"gone": ["moment_type"]},
        "random state": {"_random_state": NEW},
        "name": {"name": NEW},
        "parameters": {"_ctor_param": {"a": NEW}},
        "parameters of an object": {"_ctor_param": NEW},
        "support": {"_support": (NEW,)},
        "entropy": {"vecentropy": NEW},
        **{
            name: {name: np.sum}
            for name in (
                *("_attach_methods", "_attach_argparser_methods", "_ppf_single", "_entropy"),
                *("_cdf_single", "_mom0_sc", "_mom1_sc", "_parse_args", "__class__", "__init__"),
            )
        },
    }
    made = {what: changed(UNIFORM, **changes) for what, changes in continuous.items()}
    discrete = RANDINT._parse_arg_template.replace("loc, 1", "print(), 1")
    return {
        **made,
        "discrete text": changed(RANDINT, _parse_arg_template=discrete),
        "text of the other kind": changed(
            RANDINT, shapes=None, numargs=0, _parse_arg_template=TEXT
        ),
        "old state": As(*empty(type(UNIFORM)), ({"name": "x"}, None)),
        "no state of a dict": As(*empty(type(UNIFORM)), [("_parse_arg_template", TEXT)]),
        "called": As(type(UNIFORM), ()),
        "with arguments": As(MAKE, (type(UNIFORM), object, 1)),
        "frozen over another": changed(stats.uniform(0, 1), dist=NEW),
        "frozen arguments": changed(stats.uniform(0, 1), args=(NEW,)),
        "frozen names": changed(stats.uniform(0, 1), kwds={"loc": NEW}),
        "frozen attributes": changed(stats.uniform(0, 1), rvs=np.sum),
        "free base": As(*empty(stats.rv_continuous), UNIFORM.__getstate__()),
        "histogram": stats.rv_histogram(np.histogram([1.0, 2.0, 2.0], 2)),
    }


def of_methods() -> dict[str, As]:
    bare = As(*empty(type(RANDINT)))
    other = As(getattr, (bare, "_entropy"))
    plain = {"pyfunc": other, "cache": False, "signature": None, "excluded": set()}
    vectorize = partial(As, *empty(np.vectorize))
    return {
        "another name": As(getattr, (bare, "__class__")),
        "a name with a default": As(getattr, (bare, "_entropy", NEW)),
        "of a function": As(getattr, (np.sum, "_entropy")),
        "of an estimator": As(getattr, (NEW, "_entropy")),
        "of a continuous one": As(getattr, (As(*empty(type(UNIFORM))), "_entropy")),
        "of a module": As(getattr, (As(*empty(type(UNIFORM))), "__module__")),
        "with a state": As(getattr, (bare, "_entropy"), {"a": 1}),
        "vectorize of a function": vectorize({**plain, "pyfunc": np.sum}),
        "vectorize of an import": vectorize({**plain, "pyfunc": os.getcwd}),
        "vectorize with a method": vectorize({**plain, "__call__": np.sum}),
        "vectorize with a cache": vectorize({**plain, "_ufunc": {1: NEW}}),
        "vectorize called": As(np.vectorize, (np.sum,)),
    }


def of_containers() -> dict[str, As]:
    dok = scipy.sparse.dok_matrix(np.eye(2))
    make = MAKE
    polynomial = np.polynomial.Polynomial([1.0, 2.0])
    return {
        "items": As(make, (type(dok), dict, {(0, 0): NEW}), dict(dok.__dict__)),
        "items by item": As(make, (type(dok), dict, {}), None, None, Items([((0, 0), 1.0)])),
        "items in the state": As(make, (type(dok), dict, {}), {"_dict": {(0, 0): NEW}}),
        "methods": As(make, (type(dok), dict, {}), {"__setitem__": np.sum}),
        "more attributes": As(make, (type(dok), dict, {}), {**dok.__dict__, "tocsr": np.sum}),
        "called": As(type(dok), ((2, 2),)),
        "of pairs": As(make, (type(dok), dict, [((0, 0), 1.0)])),
        "of another base": As(make, (type(dok), list, {})),
        "a polynomial of an object": changed(polynomial, coef=NEW),
        "a polynomial of objects": changed(polynomial, coef=np.array([NEW], dtype=object)),
        "a polynomial with methods": changed(polynomial, degree=np.sum),
        "a polynomial without arrays": changed(polynomial, gone=["domain"]),
        "a polynomial with a name": changed(polynomial, symbol=NEW),
        "a polynomial called": As(type(polynomial), ([1.0],)),
    }


HOSTILE = {**of_distributions(), **{f"getattr: {k}": v for k, v in of_methods().items()}}
HOSTILE |= {f"container: {what}": value for what, value in of_containers().items()}


@pytest.mark.parametrize("what", HOSTILE)
def test_the_same_with_one_thing_changed_is_dangerous(what: str) -> None:
    for protocol in (2, 4, 5):
        found = troubles(pickle.dumps(HOSTILE[what], protocol))
        assert Safety.DANGEROUS in {trouble.safety for trouble in found}, (what, protocol, found)


@pytest.mark.parametrize("inner", ["", "kwds", "_ctor_param"])
def test_a_state_may_not_change_behind_the_look_at_it(inner: str) -> None:
    """A polynomial takes the dictionary itself for its attributes, others keep one that lies in it."""
    polynomial = np.polynomial.Polynomial([1.0])
    value = {"": polynomial, "kwds": stats.uniform(loc=1), "_ctor_param": RANDINT}[inner]
    get = getattr(value, "__getstate__", None)
    state = dict(get() if get is not None else vars(value))
    raw = pickle.dumps([As(*empty(type(value)), state), state[inner] if inner else state], 2)
    assert troubles(raw) == ()
    end = pickle.APPENDS + pickle.STOP
    for change in (b"Vx\nNs", b"(Vx\nNu"):
        changed = raw.removesuffix(end) + change + end
        assert [it.message for it in troubles(changed)] == [
            "it changes a state when it was looked at"
        ]


def test_a_second_reader_that_sees_getattr_alone_is_believed() -> None:
    """Our reading has found the file clean, so that it has met no such import."""

    class Other:
        def __init__(self, *names: tuple[str, str]) -> None:
            self.globals = [SimpleNamespace(module=module, name=name) for module, name in names]

        def scan_pickle_bytes(self, *_: object, **__: object) -> Other:
            return self

    alone = PickleOpinion("other 1", Other(("builtins", "getattr")), allowlist())
    assert "sees an import of builtins.getattr" in alone.missed("", b"\x93")[0].message
    told = (("builtins", "getattr"), (DISCRETE, "randint_gen"))
    assert PickleOpinion("other 1", Other(*told), allowlist()).missed("", b"\x93") == []


@pytest.mark.parametrize("made", [As(*empty(np.vectorize)), As(*empty(type(RANDINT)))])
def test_what_was_made_is_never_called(made: As) -> None:
    for value in (made, As(getattr, (As(*empty(type(RANDINT))), "_entropy"))):
        content = pickle.dumps(value, 2)[:-1] + pickle.EMPTY_TUPLE + pickle.REDUCE + pickle.STOP
        found = troubles(content)
        assert Safety.DANGEROUS in {trouble.safety for trouble in found}, found


def test_such_a_text_runs_in_a_careless_reader(capsys: pytest.CaptureFixture[str]) -> None:
    pickle.loads(pickle.dumps(HOSTILE["text"]))
    assert capsys.readouterr().out == "ran\n"


def test_unchanged_they_are_clean_as_they_are_changed_here() -> None:
    """So it is the change that is refused, and not how these tests write."""
    for value in (UNIFORM, RANDINT, stats.uniform(0, 1), np.polynomial.Polynomial([1.0])):
        assert troubles(pickle.dumps(changed(value), 4)) == ()
        pickle.loads(pickle.dumps(changed(value), 4))


def test_a_search_that_is_refused_is_told_what_to_publish() -> None:
    for value in (HOSTILE["numargs"], stats.levy_stable(1.5, 0)):
        (first, *_) = troubles(pickle.dumps(value, 4))
        assert "publish search.best_estimator_" in first.hint


def test_none_of_them_is_trusted_where_no_state_is_looked_at() -> None:
    """skops would give a distribution any state; sparse matrices it writes as arrays."""
    known = allowlist()
    looked = {name for name, use in known.uses.items() if use is Use.STATE}
    assert len(looked) > 120
    assert not looked & (known.called | known.held)
    assert ("builtins", "getattr") not in known.called | known.held
    trusted = {f"{module}.{name}" for module, name in looked} & SKOPS_TYPES
    assert {name for name in trusted if not name.startswith("scipy.sparse.")} == set()
    assert "builtins.getattr" not in SKOPS_TYPES


def test_a_skops_file_with_a_distribution_is_not_clean() -> None:
    sio = pytest.importorskip("skops.io")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for value in (stats.uniform(0, 1), np.polynomial.Polynomial([1.0])):
            assert troubles(sio.dumps(value), "model.skops")
