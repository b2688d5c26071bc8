"""The documented paths, and which operation a request means."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request

SERVICES = {
    "flow-service": "/data/foundation/flowservice",
    "schema-registry": "/data/foundation/schemaregistry",
    "catalog": "/data/foundation/catalog",
    "data-prep": "/data/foundation/conversion",
    "data-collection": "/collection",
    "ims": "/ims",
}
ENTITIES = {
    "connections": "Connection",
    "sourceConnections": "SourceConnection",
    "targetConnections": "TargetConnection",
    "flows": "Flow",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: its service, method and path below the service's base."""

    service: str
    operation: str
    method: str
    template: tuple[str, ...]

    def bind(self, segments: list[str]) -> dict[str, str] | None:
        """The path parameters when the path matches, else None."""
        if len(segments) != len(self.template):
            return None
        params = {}
        for pattern, segment in zip(self.template, segments, strict=True):
            if pattern.startswith("{") and segment:
                params[pattern[1:-1]] = unquote(segment)
            elif pattern != segment:
                return None
        return params


def _entity_routes(kind: str, name: str) -> list[tuple[str, str, str]]:
    return [
        (f"create{name}", "POST", f"/{kind}"),
        (f"list{name}s", "GET", f"/{kind}"),
        (f"get{name}", "GET", f"/{kind}/{{id}}"),
        (f"update{name}", "PATCH", f"/{kind}/{{id}}"),
        (f"delete{name}", "DELETE", f"/{kind}/{{id}}"),
    ]


_OPERATIONS: dict[str, list[tuple[str, str, str]]] = {
    "flow-service": [
        ("listConnectionSpecs", "GET", "/connectionSpecs"),
        ("getConnectionSpec", "GET", "/connectionSpecs/{id}"),
        ("listFlowSpecs", "GET", "/flowSpecs"),
        ("getFlowSpec", "GET", "/flowSpecs/{id}"),
        *(route for kind, name in ENTITIES.items() for route in _entity_routes(kind, name)),
        ("testConnection", "GET", "/connections/{id}/test"),
        ("exploreConnection", "GET", "/connections/{id}/explore"),
        ("actOnFlow", "POST", "/flows/{id}/action"),
        ("listRuns", "GET", "/runs"),
        ("createRun", "POST", "/runs"),
        ("getRun", "GET", "/runs/{id}"),
    ],
    "schema-registry": [
        ("getStats", "GET", "/stats"),
        ("createClass", "POST", "/tenant/classes"),
        ("listClasses", "GET", "/tenant/classes"),
        ("getClass", "GET", "/tenant/classes/{id}"),
        ("deleteClass", "DELETE", "/tenant/classes/{id}"),
        ("createSchema", "POST", "/tenant/schemas"),
        ("listSchemas", "GET", "/tenant/schemas"),
        ("getSchema", "GET", "/tenant/schemas/{id}"),
        ("deleteSchema", "DELETE", "/tenant/schemas/{id}"),
    ],
    "catalog": [
        ("createDataSet", "POST", "/dataSets"),
        ("listDataSets", "GET", "/dataSets"),
        ("getDataSet", "GET", "/dataSets/{id}"),
        ("deleteDataSet", "DELETE", "/dataSets/{id}"),
    ],
    "data-prep": [
        ("createMappingSet", "POST", "/mappingSets"),
        ("listMappingSets", "GET", "/mappingSets"),
        ("getMappingSet", "GET", "/mappingSets/{id}"),
    ],
    "data-collection": [
        ("collect", "POST", "/{inletId}"),
        ("collectBatch", "POST", "/batch/{inletId}"),
    ],
    "ims": [("fetchToken", "POST", "/token/v3"), ("fetchToken", "POST", "/token/v2")],
}
ROUTES: dict[str, list[Route]] = {
    service: [
        Route(service, operation, method, tuple(path.split("/")[1:]))
        for operation, method, path in operations
    ]
    for service, operations in _OPERATIONS.items()
}
OPERATIONS = frozenset(route.operation for routes in ROUTES.values() for route in routes)


def locate(request: Request) -> set[str]:
    """Fill in service, operation and parameters; return the methods the path does take."""
    for service, base in SERVICES.items():
        if request.path == base or request.path.startswith(base + "/"):
            request.service = service
            return _match(request, request.path[len(base) :])
    return set()


def _match(request: Request, path: str) -> set[str]:
    # flow-service.yaml:463 declares some paths with a trailing slash
    segments = path.removesuffix("/").split("/")[1:]
    allowed = set()
    for route in ROUTES[request.service]:
        params = route.bind(segments)
        if params is None:
            continue
        allowed.add(route.method)
        if route.method == request.method:
            request.operation, request.params = route.operation, params
    return allowed


def refuse_unrouted(request: Request, allowed: set[str]) -> None:
    """404 for a path nobody documents, 405 with Allow for a wrong method."""
    if request.operation:
        return
    if allowed:
        allow = {"Allow": ", ".join(sorted(allowed))}
        raise RefusalError(405, "Method not allowed for this path", headers=allow)
    raise RefusalError(404, "No such path", style="" if request.service else "placeholder")
