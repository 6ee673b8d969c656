"""The words in which each release of Elasticsearch says no."""

from enum import StrEnum

import msgspec

from scanner.demo.http import Request, Response
from scanner.demo.releases import Release

#: Errors are objects since this generation; before, one line of text in JSON.
_STRUCTURED = 2

#: The generation that says "credentials" where the ones before say "token".
_CREDENTIALS = 7

#: The generation that negotiates `compatible-with`.
_NEGOTIATES = 8

#: What nginx 1.22 says in front of anything, `auth_basic` on.
_PROXY_PAGE = (
    b"<html>\r\n<head><title>401 Authorization Required</title></head>\r\n<body>\r\n"
    b"<center><h1>401 Authorization Required</h1></center>\r\n"
    b"<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
)


class Door(StrEnum):
    """Which part of the node answers a stranger."""

    OPEN = "open"
    LOCKED = "locked"
    FRONT_ONLY = "front-only"  # anonymous access whose role may see `/` and no more
    INDICES_ONLY = "indices-only"  # a proxy that guards `/` and forgot the rest


def refusal_at(door: Door, release: Release, request: Request) -> Response | None:
    """Refuse what the door does not let pass."""
    at_front = not request.steps
    if door is Door.LOCKED:
        return _no_credentials(release, request)
    if door is Door.FRONT_ONLY and not at_front:
        return _not_allowed(release)
    if door is Door.INDICES_ONLY and at_front:
        asks = (("www-authenticate", 'Basic realm="elastic"'), ("server", "nginx/1.22.1"))
        return Response(401, _PROXY_PAGE, "text/html", asks)
    return None


def reply(release: Release, status: int, body: bytes, *, accept: str = "") -> Response:
    """Put the release's own headers on a JSON body."""
    headers = (("X-elastic-product", "Elasticsearch"),) if release.names_product else ()
    return Response(status, body, _content_type(release, accept), headers)


def of_media_type(release: Release, request: Request) -> Response | None:
    """Refuse a client that insists on another generation's format, as 8.0 and later do."""
    wanted = request.headers.get("accept", "").partition("compatible-with=")[2]
    spoken = {str(release.major), str(release.major - 1)}
    if not wanted or release.major < _NEGOTIATES or wanted in spoken:
        return None
    reason = f"Accept version must be either version {' or '.join(sorted(spoken, reverse=True))}"
    return _error(release, 400, "media_type_header_exception", reason)


def no_such_index(release: Release, name: str) -> Response:
    """Say that a plain index name is unknown."""
    if release.major < _STRUCTURED:
        return _reply_json(
            release, 404, {"error": f"IndexMissingException[[{name}] missing]", "status": 404}
        )
    if name.startswith("_") and release.major >= _CREDENTIALS:
        reason = f"Invalid index name [{name}], must not start with '_'."
        return _error(release, 400, "invalid_index_name_exception", reason, index=name)
    reason = f"no such index [{name}]" if release.major >= _CREDENTIALS else "no such index"
    about = {"resource.type": "index_or_alias", "resource.id": name, "index": name}
    return _error(release, 404, "index_not_found_exception", reason, **about)


def no_handler(release: Release, request: Request) -> Response:
    """Say that nothing answers to a path."""
    text = f"o handler found for uri [{request.target}] and method [{request.method}]"
    if release.major < _CREDENTIALS:
        return Response(400, f"N{text}".encode(), "text/plain; charset=UTF-8")
    return _reply_json(release, 400, {"error": f"n{text}"})


def unknown_parameter(release: Release, request: Request, name: str) -> Response:
    """Refuse a parameter, as 5.0 and later do."""
    path = request.target.partition("?")[0]
    reason = f"request [{path}] contains unrecognized parameter: [{name}]"
    return _error(release, 400, "illegal_argument_exception", reason)


def _no_credentials(release: Release, request: Request) -> Response:
    if release.is_opensearch:
        asks = (("WWW-Authenticate", f'Basic realm="{release.realm}"'),)
        return Response(401, b"Unauthorized", "text/plain; charset=UTF-8", asks)
    missing = "credentials" if release.major >= _CREDENTIALS else "token"
    reason = f"missing authentication {missing} for REST request [{request.target}]"
    asked = _challenges(release)
    if release.major < _STRUCTURED:
        refused = _reply_json(
            release, 401, {"error": f"AuthenticationException[{reason}]", "status": 401}
        )
    else:
        refused = _error(release, 401, "security_exception", reason, header=_told(asked))
    headers = (*refused.headers, *(("WWW-Authenticate", challenge) for challenge in asked))
    return Response(401, refused.body, refused.content_type, headers)


def _challenges(release: Release) -> tuple[str, ...]:
    basic = f'Basic realm="{release.realm}" charset="UTF-8"'
    if release.major < _CREDENTIALS:
        return (basic,)
    return (basic, 'Bearer realm="security"', "ApiKey")


def _told(challenges: tuple[str, ...]) -> dict[str, object]:
    one = challenges[0] if len(challenges) == 1 else list(challenges)
    return {"WWW-Authenticate": one}


def _not_allowed(release: Release) -> Response:
    action = "indices:monitor/settings/get"
    if release.is_opensearch:
        reason = (
            f"no permissions for [{action}] and User [name=opendistro_security_anonymous, "
            "backend_roles=[opendistro_security_anonymous_backendrole], requestedTenant=null]"
        )
    else:
        user = "_anonymous" if release.major >= _CREDENTIALS else "_es_anonymous_user"
        reason = f"action [{action}] is unauthorized for user [{user}]"
    return _error(release, 403, "security_exception", reason)


def _error(release: Release, status: int, kind: str, reason: str, **about: object) -> Response:
    cause = {"type": kind, "reason": reason, **about}
    return _reply_json(
        release, status, {"error": {"root_cause": [cause], **cause}, "status": status}
    )


def _reply_json(release: Release, status: int, document: object) -> Response:
    return reply(release, status, msgspec.json.encode(document))


def _content_type(release: Release, accept: str) -> str:
    if release.major < _NEGOTIATES:
        return "application/json; charset=UTF-8"
    if "compatible-with=" in accept:
        version = accept.partition("compatible-with=")[2]
        return f"application/vnd.elasticsearch+json;compatible-with={version}"
    return "application/json"
