"""JUnit XML: a suite an entry, a case a rule, counts that agree with what is there."""

from __future__ import annotations

from xml.etree import ElementTree

from reports import ASKED, finding, full, hostile, report

from registrar.domain.findings import Deferred, Severity, Unchecked
from registrar.domain.report import Report
from registrar.formats.junit import MAX_CASES, render


def suites(made: Report) -> dict[str, ElementTree.Element]:
    text = render(made, lambda finding: [])
    assert text.isascii()
    root = ElementTree.fromstring(text)
    for element in (root, *root):
        for key, tag in (("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):  # fmt: skip
            assert int(element.attrib[key]) == len(list(element.iter(tag))), (key, element.attrib)
    return {suite.attrib["name"]: suite for suite in root}


def case(suite: ElementTree.Element, rule: str) -> ElementTree.Element:
    (found,) = (c for c in suite.iter("testcase") if c.attrib["name"] == rule)
    return found


def test_every_entry_has_every_rule_that_was_asked() -> None:
    told = suites(report(checked=("b-1.0.0", "a-1.0.0")))
    assert list(told) == ["the registry", "a-1.0.0", "b-1.0.0"]
    names = [c.attrib["name"] for c in told["a-1.0.0"].iter("testcase")]
    assert names == [rule.name for rule in ASKED]


def test_only_what_fails_the_check_is_a_failure() -> None:
    warning = finding(severity=Severity.WARNING)
    passed = case(suites(report(warning))["wine-1.0.0"], "license-valid")
    assert [child.tag for child in passed] == ["system-out"]
    made = report(warning, fail_on=Severity.WARNING)
    failed = case(suites(made)["wine-1.0.0"], "license-valid")
    assert [child.tag for child in failed] == ["failure"]
    assert (failed[0].text or "").startswith(
        'warning[license-valid] model_registry/wine-1.0.0/metadata.yaml:8:10: "Apache 2"'
    )


def test_a_case_has_one_outcome_and_tells_the_others() -> None:
    made = report(
        finding(),
        finding(message="another"),
        unchecked=(Unchecked("license-valid", "wine-1.0.0", "no network"),),
        deferred=(Deferred("license-valid", "wine-1.0.0", "look"),),
    )
    told = case(suites(made)["wine-1.0.0"], "license-valid")
    assert [child.tag for child in told] == ["failure", "system-out"]
    assert told[0].attrib["message"].endswith("(and 1 more)")
    assert len((told[0].text or "").splitlines()) == 2
    assert (told[1].text or "").splitlines() == [
        "unchecked: no network",
        "deferred: the bytes are not here; settle it: look",
    ]


def test_the_rest_of_a_report() -> None:
    told = suites(full())
    assert case(told["wine-1.0.0"], "source-in-history")[0].tag == "error"
    assert case(told["wine-1.1.0"], "artifact-digest")[0].tag == "skipped"
    assert case(told["the registry"], "nothing-to-check")[0].tag == "error"
    waived = {p.attrib["name"]: p.attrib["value"] for p in told["wine-1.0.0"].iter("property")}
    assert waived["waived"].endswith("(until 2027-01-31 by wine team: known since the audit)")
    judged = [(p.attrib["name"], p.attrib["value"]) for p in told["the registry"].iter("property")]
    assert ("rule_off", "artifact-size") in judged
    assert ("verdict", "FAIL") in judged
    assert told["fraud-2.0.0"].find("properties/property[@name='baselined']") is not None


def test_an_entry_that_is_gone_has_only_what_was_said() -> None:
    told = suites(report(finding("version-immutable", entry="old-1.0.0")))
    assert [c.attrib["name"] for c in told["old-1.0.0"].iter("testcase")] == ["version-immutable"]


def test_an_entry_may_be_called_the_registry() -> None:
    text = render(report(finding(entry="the registry"), checked=("the registry",)), lambda f: [])
    assert [len(list(s)) for s in ElementTree.fromstring(text)] == [1, len(ASKED)]


def test_a_large_registry_stays_small() -> None:
    entries = tuple(f"m{number:05}-1.0.0" for number in range(10_000))
    text = render(report(finding(entry=entries[7]), checked=entries), lambda finding: [])
    assert len(entries) * len(ASKED) > MAX_CASES
    assert len(text) < 2_500_000
    told = suites(report(finding(entry=entries[7]), checked=entries))
    assert [c.attrib["name"] for c in told[entries[8]].iter("testcase")] == ["all 5 rules"]
    assert [c.attrib["name"] for c in told[entries[7]].iter("testcase")] == ["license-valid"]


def test_nothing_is_outside_xml() -> None:
    attack = "\x00\x0b\ud800\udcff\ufffe\uffff]]><x a='b'/>&amp;\"\u202e\x85\U0001f4a9"
    told = suites(hostile(attack))
    assert len(told) == 2, "one suite for the registry, one for the entry"
    assert {element.tag for suite in told.values() for element in suite.iter()} <= {
        "testsuite", "properties", "property", "testcase", "failure", "error", "skipped", "system-out",
    }  # fmt: skip
