"""What went wrong at a remote, in our words: a server's own may repeat what it was sent."""

from __future__ import annotations

from collections.abc import Iterator

_RENEW = "renew them (dvc remote modify --local, or the variables of its provider)"
_UNKNOWN = f"it does not know these credentials; {_RENEW}"
_EXPIRED = f"the credentials have expired; {_RENEW}"
_CODES = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    "RequestExpired": _EXPIRED,
    "InvalidAccessKeyId": _UNKNOWN,
    "InvalidToken": _UNKNOWN,
    "SignatureDoesNotMatch": _UNKNOWN,
    "AccessDenied": "these credentials may not read it",
    "NoSuchBucket": "there is no such bucket",
    "InsufficientStorage": "it is full",
    "SlowDown": "it is asked for too much; try again later",
}
"""Of S3; source: Amazon S3 API reference, list of error codes."""
_STATUSES = {
    301: "it redirects to somewhere else; name the address that it redirects to",
    302: "it redirects to somewhere else; name the address that it redirects to",
    307: "it redirects to somewhere else; name the address that it redirects to",
    308: "it redirects to somewhere else; name the address that it redirects to",
    400: "it refuses the request: the credentials may have expired, or the region is another",
    401: "it wants credentials: dvc remote modify --local, user and password",
    403: "these credentials may not read it",
    507: "it is full",
}
_CLASSES = {
    "NoCredentialsError": "no credentials for it were found: dvc remote modify --local, or the "
    "variables of its provider",
}


def said(error: BaseException) -> str:
    """Why a store did not answer; without addresses, which may hold signatures and tokens."""
    for one in _chain(error):
        code, status = _answer(one)
        cause = _CLASSES.get(type(one).__name__) or _CODES.get(code) or _STATUSES.get(status)
        if cause:
            told = f" {status}" if status else ""
            return f"the remote cannot be asked: {cause} ({code or type(one).__name__}{told})"
        if status:
            return f"the remote did not answer: {type(one).__name__} {status}"
    return f"the remote did not answer: {type(error).__name__}"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was made of; libraries do not always name it as the cause."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _answer(error: BaseException) -> tuple[str, int]:
    """The code of S3 and the status of HTTP that an error carries; "" and 0 without."""
    response = getattr(error, "response", None)
    status = getattr(error, "status", None)
    code = ""
    if isinstance(response, dict):  # of botocore
        code = str(response.get("Error", {}).get("Code", ""))
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", status)
    code = code if code in _CODES else ""  # the server's own word, else
    return code, status if type(status) is int else 0
