"""The wrapper that docs/git_server.md gives for GitLab's server hooks, on a bare repository."""

from __future__ import annotations

import re
import sys

from builders import Repo
from github_side import TOP
from servers import Server, push


def test_the_wrapper_for_gitlab_refuses_and_says_why(repo: Repo, server: Server) -> None:
    page = (TOP / "docs/git_server.md").read_text(encoding="utf-8")
    found = re.search(r"```bash\n(.*?)```", page, re.DOTALL)
    assert found is not None
    script = re.sub("^   ", "", found[1], flags=re.MULTILINE)
    hook = server.repo.path / "hooks/pre-receive"
    hook.write_text(script.replace("/opt/registrar/bin/python", sys.executable), encoding="utf-8")
    taken, said = push(repo, server)
    assert taken, said
    repo.add_entry("wine-1.1.0")
    repo.write("model_registry/wine-1.1.0/MODEL_CARD.md", "# Nothing\n")
    repo.commit("bad")
    before = server.tip()
    taken, said = push(repo, server)
    assert not taken
    assert "remote: GL-HOOK-ERR: error[card-sections]" in said
    assert server.tip() == before
