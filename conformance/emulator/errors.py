"""Refusals, and the bodies each service puts them into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.emulator.exchange import Request, Response

if TYPE_CHECKING:
    from conformance.emulator.app import Emulator

# facts:103, the number with its status and the title it stands for
CATALOGUE = {
    "1401-400": "Limit and count cannot be combined",
    "1402-400": "Operation not permitted",
    "1403-400": "Header is missing",
    "1404-412": "Version not matching",
    "1405-400": "Empty request body",
    "1410-400": "State not allowed on create",
    "1412-400": "Invalid mapping version",
    "1413-400": "Invalid spec id",
    "1414-400": "Connection spec is immutable",
    "1415-400": "Invalid auth spec name",
    "1416-400": "State does not allow the operation",
    "1418-400": "Base connection in use",
    "1419-400": "Mapping validation failed",
    "1420-400": "State does not allow the update",
    "1422-400": "Action not applicable",
    "1425-400": "Schema mismatch",
    "1430-400": "Flow not found",
    "1432-400": "Invalid orderby",
    "1433-400": "Invalid orderby field",
    "1434-400": "Unsupported operation",
    "1439-404": "Resource not found",
    "1440-400": "Operator not supported",
    "1443-400": "Several values need equality",
    "1444-400": "Flow not in expected state",
    "1447-400": "Resource in use",
    "1448-400": "Operator not allowed for field",
    "1449-400": "Unknown field",
    "1450-400": "Bad operator",
    "1451-400": "Unknown query parameter",
    "1453-400": "Empty value",
    "1455-400": "Missing field",
    "1456-400": "Invalid state",
    "2100-404": "Sandbox not found",
    "2105-400": "Sandbox header missing",
}
TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Resource not found",
    405: "Method not allowed",
    406: "Not acceptable",
    412: "Precondition failed",
    413: "Payload too large",
    422: "Unprocessable value",
    429: "Too many requests",
}
PLACEHOLDER_TITLES = {
    400: "BadRequestError",
    404: "NotFoundError",
    405: "MethodNotAllowedError",
    406: "NotAcceptableError",
    413: "PayloadTooLargeError",
}


class RefusalError(Exception):
    """The request is refused; rendering depends on the service that refuses."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        identifier: str = "",
        style: str = "",
        bad_value: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.id = identifier
        self.style = style
        self.bad_value = bad_value
        self.headers = headers or {}


def flow_refusal(
    code: str, message: str, identifier: str = "", bad_value: bool = False
) -> RefusalError:
    """A refusal with a number of the error catalogue, such as `1404-412`."""
    return RefusalError(
        int(code[-3:]), message, code=code, identifier=identifier, bad_value=bad_value
    )


def bad_value(message: str, code: str = "") -> RefusalError:
    """A request whose body has a value that the service cannot take."""
    return RefusalError(400, message, code=code, bad_value=True)


def not_found(kind: str, identifier: str) -> RefusalError:
    """No such resource in this tenant and sandbox."""
    return RefusalError(
        404, f"{kind} not found with id = [{identifier}]", code="1439-404", identifier=identifier
    )


def render(emulator: Emulator, request: Request, refusal: RefusalError) -> Response:
    """The documented error body of the service that refuses (facts:92-103)."""
    style = refusal.style or request.service
    payload = _STYLES.get(style, _placeholder)(emulator, request, refusal)
    return Response(refusal.status, payload, dict(refusal.headers))


def _gateway(emulator: Emulator, request: Request, refusal: RefusalError) -> Any:
    return {"error_code": refusal.code, "message": refusal.message}


def _placeholder(emulator: Emulator, request: Request, refusal: RefusalError) -> Any:
    return {
        "type": "/placeholder/type/uri",
        "status": refusal.status,
        "title": PLACEHOLDER_TITLES.get(refusal.status, "RequestError"),
        "detail": refusal.message,
    }


def _flow(emulator: Emulator, request: Request, refusal: RefusalError) -> Any:
    report = {"detailed-message": refusal.message, "request-id": emulator.ids.trace()}
    if refusal.id:
        report |= {"id": refusal.id, "type": request.path.split("/")[4]}
    title = CATALOGUE.get(refusal.code) or TITLES.get(refusal.status, "Bad request")
    body: dict[str, Any] = {"title": title, "status": refusal.status, "report": report}
    if refusal.code:
        body = {"type": f"https://ns.adobe.com/aep/errors/FLOW-{refusal.code}"} | body
    return body | {"errorMessage": refusal.message, "errorDetails": refusal.message}


def _registry(emulator: Emulator, request: Request, refusal: RefusalError) -> Any:
    if not refusal.code.startswith("XDM"):
        return _placeholder(emulator, request, refusal)
    return {
        "type": f"http://ns.adobe.com/aep/errors/{refusal.code}",
        "title": TITLES.get(refusal.status, "Bad request"),
        "status": refusal.status,
        "report": {
            "registryRequestId": emulator.ids.trace(),
            "timestamp": emulator.clock.stamp("%m-%d-%Y %H:%M:%S"),
            "detailed-message": refusal.message,
            "sub-errors": [],
        },
        "detail": refusal.message,
    }


def _inlet(emulator: Emulator, request: Request, refusal: RefusalError) -> Any:
    kind = refusal.code or "validation"
    return {
        "type": f"https://ns.adobe.com/adobecloud/problem/data-collection-service-{kind}",
        "status": str(refusal.status),
        "title": TITLES.get(refusal.status, "Bad request"),
        "report": {"message": f"[{request.params.get('inletId', '')}] {refusal.message}"},
    }


def _ims(emulator: Emulator, request: Request, refusal: RefusalError) -> Any:
    return {"error": refusal.code or "invalid_request", "error_description": refusal.message}


_STYLES = {
    "gateway": _gateway,
    "placeholder": _placeholder,
    "flow-service": _flow,
    "schema-registry": _registry,
    "data-collection": _inlet,
    "ims": _ims,
}
