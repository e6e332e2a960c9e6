"""What stands above a table of a card: another split, version or data set, a unit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from registrar.reading.contradictions import Facts
from registrar.reading.markdown import plain
from registrar.reading.tables import Table

_SPLITS = frozenset(("train", "training", "validation", "valid", "val", "dev", "test", "holdout"))
_OLDER = frozenset(
    (
        *("previous", "older", "old", "earlier", "former", "predecessor", "baseline", "baselines"),
        *("competitor", "competitors", "reference", "published", "target", "targets", "required"),
        *("requirements", "threshold", "thresholds", "gates", "human"),
    )
)
"""Words above a table that may hold something else than what this version was measured to be."""
_VARIANT = re.compile(
    r"\b(?:quanti[sz]\w{2,8}|int[48]|[48][- ]bit|distilled|pruned|ablations?|robustness|corrupted|"
    r"perturbed|adversarial|shift(?:ed)?|ood|(?:out|cross)[- ](?:of[- ])?(?:domain|distribution|"
    r"validation|lingual|dataset|fold)|[0-9]-fold|tta|test-time|ensembled?|"
    r"before|last|(?:zero|few|one)[- ]shot|transfer|external|without|versus|"
    r"vs|compar\w{2,6}|other|another)\b"
)
"""The same in a heading: another setting of the model, other data, other models."""
_VERSION = re.compile(
    r"\b(?:v|version )([0-9]{1,9}(?:\.[0-9]{1,9}){0,3})\b"
    r"|(?<![\w.-])([0-9]{1,9}(?:\.[0-9]{1,9}){2})\b"
)
"""In lower case; one dot alone is a figure."""
_YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")
_WORD = re.compile(r"[a-z]+")
_NAME = re.compile(r"[A-Za-z][\w+.-]*\w")
_ON = re.compile(r"\bon (?:the )?([A-Z][\w+.-]*\w)[^.]*:$")
_NUMBERED = re.compile(
    r"\b(?!Table|Figure|Section|Part|Step|Stage|Version|Release|Task|Experiment)"
    r"[A-Z]\w+ [0-9]{1,4}\b"
)
"""Common Voice 11."""
_GENERAL = frozenset(
    (
        *("a", "an", "and", "at", "by", "for", "in", "of", "on", "our", "the", "this", "with"),
        *("result", "results", "evaluation", "metric", "metrics", "performance", "score", "scores"),
        *("summary", "overall", "main", "final", "key", "figures", "numbers", "quantitative"),
        *("analysis", "report", "glance", "detail", "details", "detailed", "table", "tables"),
        *("test", "testing", "set", "split", "data", "dataset", "held", "out", "holdout", "model"),
        *("v", "version", "quality", "accuracy", "current", "measured", "values"),
    )
)
"""Words of headings that name no data."""
_LONGEST = 300
"""So many characters of a heading, and of the end of a paragraph, are looked at for names."""
_LABEL = 60
_ABBREVIATIONS = frozenset(
    (
        *("acc", "f1", "f2", "fbeta", "auc", "roc", "auroc", "auprc", "roc-auc", "pr-auc", "map"),
        *("mae", "mse", "rmse", "rmsle", "mape", "smape", "r2", "mcc", "ece", "iou", "miou"),
        *("dice", "bleu", "sacrebleu", "chrf", "rouge", "rouge-1", "rouge-2", "rouge-l", "wer"),
        *("cer", "ter", "ppl", "psnr", "ssim", "lpips", "fid", "top-1", "top-5", "top1", "top5"),
        *("ci", "sd", "ml", "ai", "nlp", "asr", "nlu", "cpu", "gpu", "onnx", "fp32", "tldr"),
    )
)
"""What looks like the name of a data set and is none."""
_PERCENT = re.compile(
    r"[(\[]\s?(?:%|pct|percent|in percent)\s?[)\]]|\bin (?:%|percent\b|per cent\b)|\s%$"
    r"|^(?:%|percent|percentage)$",
    re.IGNORECASE,
)


class Surroundings:
    """What stands above the tables of a card, seen from one entry."""

    def __init__(self, facts: Facts) -> None:
        self._version = (facts.version or "").partition("+")[0]
        self._measured = {part for path in facts.measured for part in path.split(".")}
        names = (facts.metadata.name or "", f"v{facts.version}", *facts.data_names)
        self._known = set(_parts((*names, *facts.measured))) | _GENERAL | _SPLITS

    def above(self, table: Table) -> tuple[frozenset[str], bool]:
        """The splits that the heading of a table names, and whether it may be of something else.

        Another version, a year, a baseline in the heading or the paragraph above, or a data set
        that the entry does not name: what stands there may be right, only a person can tell.
        """
        title, lead = _title(table), plain(table.lead)
        doubt = bool(_VARIANT.search(f"{title} {label(table)}".lower()))
        doubt |= self._names_data(title, lead)
        doubt |= self._is_older(title.lower()) or self._is_older(lead.lower())
        splits = _SPLITS.intersection(_WORD.findall(title.lower()))
        of_lead = _SPLITS.intersection(_WORD.findall(lead.lower()))
        return splits, doubt or bool(of_lead and not of_lead & self._measured)

    def names_something(self, table: Table) -> bool:
        """Tell a heading with a word that neither the entry has nor results in general."""
        words = _WORD.findall(f"{_title(table)} {label(table)}".lower())
        return not set(words) <= self._known

    def _is_older(self, text: str) -> bool:
        named = [one or two for one, two in _VERSION.findall(text)]
        mine = any(self._version == name or self._version.startswith(f"{name}.") for name in named)
        if (named and not mine) or _YEAR.search(text):
            return True
        return bool(_OLDER.intersection(_WORD.findall(text)))

    def _names_data(self, title: str, lead: str) -> bool:
        names = [*_NAME.findall(title), *_ON.findall(lead[-_LONGEST:])]
        names = [name for name in names if _looks_like_a_name(name)] + _NUMBERED.findall(title)
        return any(
            name.lower() not in self._known and not set(_parts([name])) <= self._known
            for name in names
        )


def label(table: Table) -> str:
    """A short line with a colon right above a table, which stands for a heading."""
    lead = plain(table.lead) if len(table.lead) <= _LABEL else ""
    return lead if lead.endswith(":") else ""


def _title(table: Table) -> str:
    return plain(table.heading[:_LONGEST])


def _looks_like_a_name(word: str) -> bool:
    """Tell words like CIFAR-10, ImageNet, SQuAD and mC4 from those of a sentence."""
    capital = sum(map(str.isupper, word)) + any(map(str.isdigit, word))
    return capital > 1 and word.lower() not in _ABBREVIATIONS


def _parts(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if len(name) > 1:
            yield name.lower()
        yield from re.findall(r"[a-z]+|[0-9]+", name.lower())


def says_percent(text: str) -> bool:
    """Tell "(%)", "in percent" and the like in a heading, or in the cell of a unit."""
    return bool(_PERCENT.search(text))


def in_percent(table: Table) -> bool:
    """Tell that what stands above a table says it of the whole table."""
    return says_percent(plain(table.heading)) or says_percent(plain(table.lead))
