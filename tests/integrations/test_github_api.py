"""The client of the API against a real socket: limits, redirects, faults."""

from __future__ import annotations

import socket
import threading

import pytest
from api_server import Api, Reply, serving

from registrar.integrations.github_api import MAX_BODY, MAX_PAGES, PER_PAGE, GitHubApi


def test_the_question_carries_the_token_and_the_version() -> None:
    with serving(Api({"/x": Reply({"a": 1})})) as api:
        answer = GitHubApi(api.base + "/", "secret").get("/x")
    assert (answer.good, answer.data) == (True, {"a": 1})
    (path, headers) = api.asked[0]
    assert path == "/x"
    assert headers["Authorization"] == "Bearer secret"
    assert {name.lower() for name in headers} >= {"x-github-api-version", "user-agent", "accept"}


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_a_refusal_keeps_its_status_and_its_words(status: int) -> None:
    with serving(Api({"/x": Reply({"message": "because"}, status)})) as api:
        answer = GitHubApi(api.base, "t").get("/x")
    assert (answer.status, answer.good) == (status, False)
    assert str(status) in answer.reason
    assert "because" in answer.reason


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply(raw=b"<html>"), "no JSON"),
        (Reply(raw=b"[" * 200_000), "no JSON"),
        (Reply(raw=b"\xff\xfe{}"), "no JSON"),
        (Reply(raw=b" " * (MAX_BODY + 10)), "larger than"),
        (Reply(raw=b"{}", headers={"Content-Length": "100"}), "in its middle"),
    ],
)
def test_an_answer_that_is_none(reply: Reply, said: str) -> None:
    with serving(Api({"/x": reply})) as api:
        answer = GitHubApi(api.base, "t").get("/x")
    assert answer.status is None
    assert said in answer.reason


def test_silence_and_a_drip_end() -> None:
    with serving(Api({"/x": Reply({}, silence=30), "/y": Reply("x" * 500, drip=0.1)})) as api:
        silent = GitHubApi(api.base, "t", timeout=0.3).get("/x")
        dripped = GitHubApi(api.base, "t", timeout=5, deadline=0.5).get("/y")
    assert "no answer within 0.3 seconds" in silent.reason
    assert "no answer within 0.5 seconds" in dripped.reason


def test_no_connection() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and nobody listens
        answer = GitHubApi(f"http://127.0.0.1:{taken.getsockname()[1]}", "t").get("/x")
    assert answer.status is None
    assert "no connection" in answer.reason


def test_a_server_that_speaks_something_else() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            talk, _ = server.accept()
            with talk:
                talk.recv(1000)
                talk.sendall(b"220 mail.example.org ESMTP\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        answer = GitHubApi(f"http://127.0.0.1:{server.getsockname()[1]}", "t").get("/x")
        thread.join()
    assert answer.status is None


def test_a_redirect_elsewhere_is_not_followed_and_gets_no_token() -> None:
    with serving(Api({"/x": Reply({"stolen": True})})) as other:
        for aim in (f"{other.base}/x", f"//{other.base.removeprefix('http://')}/x", "ftp://a/x"):
            moved = Reply({"message": "Moved"}, 301, {"Location": aim})
            with serving(Api({"/x": moved})) as api:
                answer = GitHubApi(api.base, "secret").get("/x")
            assert not answer.good
            assert "another address" in answer.reason
    assert other.asked == []


def test_a_redirect_on_the_same_host_is_followed_but_not_for_ever() -> None:
    moved = Reply({}, 301, {"Location": "/new"})
    circle = Reply({}, 302, {"Location": "/circle"})
    with serving(Api({"/old": moved, "/new": Reply([1]), "/circle": circle})) as api:
        client = GitHubApi(api.base, "t")
        assert client.get("/old").data == [1]
        assert "circle" in client.get("/circle").reason
    assert len(api.asked) < 10


def test_pages_are_joined_and_a_list_without_an_end_is_none() -> None:
    many = list(range(PER_PAGE * 2 + 5))
    endless = list(range(PER_PAGE * MAX_PAGES + 1))
    with serving(Api({"/a": Reply(many), "/b": Reply(endless), "/c": Reply({})})) as api:
        client = GitHubApi(api.base, "t")
        assert client.listed("/a").data == many
        assert "more than" in client.listed("/b").reason
        assert "no list" in client.listed("/c").reason
        assert client.listed("/d").status == 404


def test_no_proxy_sees_what_goes_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Api()) as proxy, serving(Api({"/x": Reply(1)})) as api:
        monkeypatch.setenv("http_proxy", proxy.base)
        assert GitHubApi(api.base, "t").get("/x").data == 1
    assert proxy.asked == []
