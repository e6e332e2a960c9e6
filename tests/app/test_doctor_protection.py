"""registrar doctor and the protection of the branch: rulesets and the classic kind, one by one."""

from __future__ import annotations

import doctored
import pytest
from api_server import (
    ACTIONS,
    CLASSIC,
    CLASSIC_PATH,
    DENIED,
    MISSING,
    REPOSITORY,
    RULES,
    RULES_PATH,
    RULESET,
    Reply,
    checks,
    good_api,
    reviews,
    rule,
)
from builders import Repo
from doctored import PROTECTION, asked

made = doctored.cloned

CASES: list[tuple[str, dict[str, Reply], dict[str, str], str]] = [
    (
        "nothing",
        {RULES_PATH: Reply([])},
        {
            "check-required": "does not",
            "bypass": "",
            "owners-review": "does not",
            "force-push": "does not",
            "deletion": "does not",
            "pull-request-required": "does not",
        },
        "gh api --method POST",
    ),
    (
        "other name",
        {RULES_PATH: Reply([checks("registry"), *RULES[1:]])},
        {"check-required": "does not", "owners-review": "holds"},
        "required are: registry",
    ),
    (
        "any source",
        {RULES_PATH: Reply([checks(app=None), *RULES[1:]])},
        {"check-required": "does not"},
        "from any source",
    ),
    (
        "other app",
        {RULES_PATH: Reply([checks(app=99), *RULES[1:]])},
        {"check-required": "does not"},
        "app 99",
    ),
    (
        "bypass",
        {
            RULESET: Reply(
                {
                    "name": "r",
                    "bypass_actors": [
                        {
                            "actor_id": 5,
                            "actor_type": "RepositoryRole",
                            "bypass_mode": "pull_request",
                        }
                    ],
                }
            )
        },
        {"check-required": "holds", "bypass": "does not"},
        "role admin (pull request)",
    ),
    (
        "bypass not shown",
        {RULESET: Reply({"name": "r"})},
        {"check-required": "holds", "bypass": "could not look"},
        "those who may edit",
    ),
    (
        "ruleset denied",
        {RULESET: DENIED},
        {"check-required": "holds", "bypass": "could not look"},
        "not accessible",
    ),
    (
        "no owners",
        {RULES_PATH: Reply([checks(), reviews(False, False), *RULES[2:]])},
        {
            "owners-review": "does not",
            "stale-approvals": "does not",
            "pull-request-required": "holds",
        },
        "code owners",
    ),
    (
        "force and deletion",
        {RULES_PATH: Reply(RULES[:2])},
        {"force-push": "does not", "deletion": "does not"},
        "with force",
    ),
    (
        "not up to date",
        {RULES_PATH: Reply([checks(strict=False), *RULES[1:]])},
        {"up-to-date": "does not"},
        "",
    ),
    (
        "a queue",
        {RULES_PATH: Reply([checks(strict=False), rule("merge_queue"), *RULES[1:]])},
        {"up-to-date": "holds"},
        "",
    ),
    (
        "classic only",
        {RULES_PATH: Reply([]), CLASSIC_PATH: Reply(CLASSIC)},
        dict.fromkeys(PROTECTION, "holds"),
        "branch protection",
    ),
    ("both", {CLASSIC_PATH: Reply(CLASSIC)}, dict.fromkeys(PROTECTION, "holds"), "model-registry"),
    (
        "classic, not on administrators",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: Reply(CLASSIC | {"enforce_admins": {"enabled": False}}),
        },
        {"bypass": "does not"},
        "administrators",
    ),
    (
        "classic, some need no review",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: Reply(
                CLASSIC
                | {
                    "required_pull_request_reviews": {
                        "require_code_owner_reviews": True,
                        "bypass_pull_request_allowances": {
                            "users": [{"login": "bob"}],
                            "teams": [{"slug": "ops"}],
                        },
                    }
                }
            ),
        },
        {"bypass": "does not", "stale-approvals": "does not"},
        "user bob",
    ),
    (
        "classic, old form",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: Reply({"required_status_checks": {"contexts": ["model-registry"]}}),
        },
        {"check-required": "does not"},
        "from any source",
    ),
    (
        "classic, app -1",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: Reply(
                {
                    "required_status_checks": {
                        "checks": [{"context": "model-registry", "app_id": -1}]
                    }
                }
            ),
        },
        {"check-required": "does not"},
        "from any source",
    ),
    (
        "a ruleset with bypass, and a classic one without",
        {
            CLASSIC_PATH: Reply(CLASSIC),
            RULESET: Reply({"name": "r", "bypass_actors": [{"actor_type": "DeployKey"}]}),
        },
        {"bypass": "holds"},
        "nobody",
    ),
    (
        "classic 404 for lack of rights, rulesets do it all",
        {CLASSIC_PATH: MISSING},
        dict.fromkeys(PROTECTION, "holds"),
        "holds",
    ),
    (
        "classic 404 for lack of rights, and no ruleset",
        {RULES_PATH: Reply([]), CLASSIC_PATH: MISSING},
        {"check-required": "could not look", "force-push": "could not look", "bypass": ""},
        "Administration: read",
    ),
    (
        "classic 403, but the branch says that it is not protected",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: DENIED,
            f"{REPOSITORY}/branches/main": Reply({"protected": False}),
        },
        {"check-required": "does not"},
        "not required",
    ),
    (
        "classic 403, but the branch names the check",
        {
            RULES_PATH: Reply([]),
            CLASSIC_PATH: DENIED,
            f"{REPOSITORY}/branches/main": Reply(
                {
                    "protected": True,
                    "protection": {
                        "required_status_checks": {
                            "enforcement_level": "non_admins",
                            "checks": [{"context": "model-registry", "app_id": ACTIONS}],
                        }
                    },
                }
            ),
        },
        {"check-required": "holds", "bypass": "does not", "owners-review": "could not look"},
        "administrators",
    ),
    ("rulesets 500", {RULES_PATH: Reply({}, 500)}, {"check-required": "could not look"}, "500"),
    (
        "rulesets no JSON",
        {RULES_PATH: Reply(raw=b"<html>")},
        {"check-required": "could not look"},
        "no JSON",
    ),
    (
        "rulesets of nonsense",
        {
            RULES_PATH: Reply(
                [
                    3,
                    {"type": 4},
                    {"type": "required_status_checks", "parameters": [], "ruleset_id": "x"},
                ]
            )
        },
        {"check-required": "does not"},
        "not required",
    ),
    (
        "actions not known",
        {"/apps/github-actions": MISSING},
        {"check-required": "does not"},
        "not known",
    ),
]


@pytest.mark.parametrize(("what", "replies", "wanted", "words"), CASES, ids=[c[0] for c in CASES])
def test_what_the_server_says(
    made: Repo,
    what: str,
    replies: dict[str, Reply],
    wanted: dict[str, str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = good_api()
    api.replies |= replies
    said = asked(made, api, monkeypatch)
    assert {check: said.state(check) for check in wanted} == wanted
    assert words in str(said.report)
    expected = 1 if said.bad else 4 if said.unseen else 0
    assert said.code == expected
