"""License sections as people write them: which licence belongs to the model."""

from __future__ import annotations

import pytest
from cards import foreign

HOUSE = "LicenseRef-house"
"""A licence that no text below names: whatever is said of the model by name contradicts it."""


@pytest.mark.parametrize(
    "section",
    [
        "The code is MIT-licensed and the weights are proprietary.",
        "The weights are proprietary, the code is MIT-licensed.",
        "The dataset was made available by its authors as CC-BY-4.0, and the model under our terms.",
        "Code: Apache-2.0\nData: CC-BY-4.0\nWeights: proprietary",
        "* Source code: [Apache-2.0](https://www.apache.org/licenses/LICENSE-2.0)\n* Model: ours",
        "| Part | Licence |\n|---|---|\n| Code | Apache-2.0 |\n| Weights | proprietary |",
        "| Code | Data | Weights |\n|---|---|---|\n| MIT | CC-BY-4.0 | proprietary |",
        "### Training data\n\nCC-BY-4.0\n\n### Model\n\nOur terms.",
        "Our terms. The pretrained backbone (DINOv2) is distributed under Apache-2.0.",
        "Our terms. It contains third-party components: numpy (BSD-3-Clause).",
        "It uses ONNX Runtime, which is under the MIT License.",
        "Our terms. Earlier versions were released under the MIT License.",
        "Terms of our own. They are not compatible with GPL-3.0-or-later.",
        "The code is under MIT, https://opensource.org/license/mit",
        "Apache-2.0 (code), proprietary (weights)",
        "Built with XGBoost, a library (Apache-2.0), and scikit-learn, a library (BSD-3-Clause).",
        "Weights: see LICENSES/LicenseRef-house.txt",
    ],
)
def test_a_licence_of_something_else(section: str) -> None:
    assert foreign(section, HOUSE) == []


@pytest.mark.parametrize(
    ("section", "licence"),
    [
        ("- **Weights:** CC-BY-NC-4.0\n- **Code:** Apache-2.0", "Apache-2.0"),
        ("Code: Apache-2.0. Weights: CC-BY-NC-4.0.", "Apache-2.0"),
        (
            "The weights are under the CC-BY-NC-4.0 license, the code under Apache-2.0.",
            "Apache-2.0",
        ),
        ("### Model\n\nCC-BY-NC-4.0\n\n### Code\n\nApache-2.0", "Apache-2.0"),
        ("| Code | Weights |\n|---|---|\n| Apache-2.0 | CC-BY-NC-4.0 |", "Apache-2.0"),
        ("| Part | Licence |\n|---|---|\n| Code | Apache-2.0 |\n| Weights | CC-BY-4.0 |", HOUSE),
        ("The weights and the code are MIT-licensed.", HOUSE),
        ("This repository is released under the MIT License.", HOUSE),
        ("The model and code are released under the MIT License.", HOUSE),
        ("CC-BY-NC-4.0 (weights), Apache-2.0 (code)", "Apache-2.0"),
        ("Weights: [NC](https://creativecommons.org/licenses/by-nc/4.0/), code: MIT", "MIT"),
        ("Model: MIT", HOUSE),
        ("Apache-2.0 (inherited from the base model).", "MIT"),
        ("Eclipse Public License 2.0", "MIT"),
        ("OpenRAIL++-M: `openrail++`", "MIT"),
        ("Released under MIT.", "Apache-2.0"),
        ("MIT © ACME 2026", "Apache-2.0"),
        ("`llama2`", "LicenseRef-llama-3.1"),
        ("bigscience-openrail-m", "MIT"),
        ("Licensed under the GNU General Public License v3.0.", "MIT"),
        ("GNU Affero General Public License, version 3", "GPL-3.0-only"),
        ("Mozilla Public License 2.0", "Apache-2.0"),
        ("Creative Commons Attribution-NonCommercial 4.0 International", "CC-BY-4.0"),
        ("Creative Commons Attribution Non Commercial Share Alike 4.0", "CC-BY-4.0"),
        ("Creative Commons Attribution-NoDerivatives 4.0", "CC-BY-4.0"),
    ],
)
def test_another_licence_of_the_model(section: str, licence: str) -> None:
    assert len(foreign(section, licence)) == 1


@pytest.mark.parametrize(
    ("section", "licence"),
    [
        (
            "Unlike version 1, which was CC-BY-NC-4.0, this version is under Apache 2.0.",
            "Apache-2.0",
        ),
        ("Fine-tuned from BERT (Apache 2.0) on SQuAD (CC BY-SA 4.0). Ours: MIT.", "MIT"),
        ("Weights: Apache-2.0\nData: CC-BY-NC-4.0", "Apache-2.0"),
        ("Apache-2", "Apache-2.0"),
        ("Apache License v.2", "Apache-2.0"),
        ("Modified BSD License (3-clause).", "BSD-3-Clause"),
        ("GNU Lesser General Public License, version 2.1 or later", "LGPL-2.1-or-later"),
        ("GNU Affero General Public License v3.0 or later (AGPLv3+)", "AGPL-3.0-or-later"),
        ("Creative Commons Attribution-NonCommercial-ShareAlike 4.0", "CC-BY-NC-SA-4.0"),
        ("Attribution-NonCommercial 4.0 International (CC BY-NC 4.0)", "CC-BY-NC-4.0"),
        ("Llama 3.1 Community License (`llama3.1`)", "LicenseRef-Llama-3.1-Community"),
        ("`bigscience-openrail-m`, with our additions", "LicenseRef-acme-openrail"),
        (
            "The data were collected under MIT supervision, and published as open as can be.",
            "CC0-1.0",
        ),
    ],
)
def test_the_licence_of_the_model(section: str, licence: str) -> None:
    assert foreign(section, licence) == []


def test_the_message_tells_that_the_licence_is_there_for_something_else() -> None:
    assert foreign("Code: Apache-2.0. Weights: CC BY-NC 4.0.") == [
        "the license section names CC BY-NC 4.0 for the model, the metadata Apache-2.0"
    ]
