"""The emulator itself: its state, its seams, and `handle`, a plain function over requests."""

from __future__ import annotations

import copy
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from conformance.emulator import gateway, operations, routing, specs
from conformance.emulator.clock import Agenda, Clock
from conformance.emulator.errors import RefusalError
from conformance.emulator.exchange import Request, Response
from conformance.emulator.ids import Ids
from conformance.emulator.listing import Continuations
from conformance.emulator.occasions import Occasion
from conformance.emulator.policy import Policy
from conformance.emulator.store import Record, Store
from conformance.emulator.tenants import TOKEN_LIFETIME, make_tenants

DEFAULT_SETTLE = 0.02

Before = Callable[["Emulator", Request], Response | None]
After = Callable[[Request, Response, "Emulator"], Response]
Note = Callable[[Request, Response, "Emulator"], None]
Hooks = tuple[list[Before], list[tuple[str, Before]], list[tuple[str, str, After]]]
Behaviour = tuple[Policy, Hooks]


class Emulator:
    """One endpoint with two organisations; requests are served one at a time."""

    def __init__(
        self,
        *,
        contracts_root: Path | None = None,
        seed: int | None = None,
        settle: float = DEFAULT_SETTLE,
        clock: Clock | None = None,
    ) -> None:
        self.specs = specs.load(contracts_root or specs.default_contracts_root())
        self.clock = clock or Clock()
        self.ids = Ids(seed, self.clock)
        self.tenants = make_tenants(self.ids)
        self.store = Store()
        self.agenda = Agenda(self.clock)
        self.continuations = Continuations()
        self.inlets: dict[str, Record] = {}
        self.settle = settle
        self.token_lifetime = TOKEN_LIFETIME
        self.policy = Policy()
        self.concurrent = False
        self._lock = threading.Lock()
        self._arriving: list[Before] = []
        self._before: list[tuple[str, Before]] = []
        self._after: list[tuple[str, str, After]] = []
        self._notes: list[tuple[str, str, Note]] = []
        self._watched: dict[str, Any] = {}
        self._choose: Callable[[Request], Behaviour] | None = None

    def now_and_then(self, apply: Callable[[Emulator], None], shows: Occasion) -> None:
        """Apply a fault that shows only to some requests."""
        usual = self._behaviour()
        apply(self)
        faulty = self._behaviour()
        for decision, watched in self._watched.items():
            setattr(usual[0], decision, watched)
        self._choose = lambda request: faulty if shows(request) else usual

    def _behaviour(self) -> Behaviour:
        hooks = (list(self._arriving), list(self._before), list(self._after))
        return copy.copy(self.policy), hooks

    def _behave(self, behaviour: Behaviour) -> None:
        self.policy, (self._arriving, self._before, self._after) = behaviour

    def arriving(self, hook: Before) -> None:
        """Call `hook` before the gateway looks at any request; it may answer."""
        self._arriving.append(hook)

    def before(self, operation: str, hook: Before) -> None:
        """Call `hook` once the gateway let a request in; it may rewrite or answer it."""
        self._before.append((_known(operation), hook))

    def after(self, operation: str, hook: After, when: str = "success") -> None:
        """Let `hook` change answers; `when` is success, error or always."""
        self._after.append((_known(operation), when, hook))

    def note(self, operation: str, hook: Note, when: str = "success") -> None:
        """Let `hook` see answers before they are changed, also those to which a fault does not show."""
        self._notes.append((_known(operation), when, hook))

    def watch(self, decision: str, watched: Any) -> None:
        """Put a function that decides as before, and remembers what, in place of a decision of the policy.

        It is called also for requests to which a fault does not show.
        """
        setattr(self.policy, decision, watched)
        self._watched[decision] = watched

    def altered_operations(self) -> set[str]:
        """The operations that hooks were given for; `*` for all."""
        named = {operation for operation, _ in self._before}
        named |= {operation for operation, *_ in self._after}
        return named | ({"*"} if self._arriving else set())

    def open_window(self, seconds: float) -> None:
        """Let other requests in for a while; only from inside a handler, for race faults."""
        self._lock.release()
        time.sleep(seconds)
        self._lock.acquire()

    def handle(self, request: Request) -> Response:
        """Answer one request; safe to call from several threads."""
        with self._lock:
            self.agenda.run_due()
            allowed = routing.locate(request)
            if self._choose:
                self._behave(self._choose(request))
            try:
                response = self._answer(request, allowed)
            except RefusalError as refusal:
                response = self.policy.render_error(self, request, refusal)
            except Exception as error:
                response = self._failed(request, error)
            return self._changed(request, response)

    def _answer(self, request: Request, allowed: set[str]) -> Response:
        for hook in self._arriving:
            answer = hook(self, request)
            if answer is not None:
                return answer
        gateway.admit(self, request)
        routing.refuse_unrouted(request, allowed)
        gateway.read_body(self, request)
        for operation, hook in self._before:
            answer = hook(self, request) if operation in ("*", request.operation) else None
            if answer is not None:
                return answer
        return operations.HANDLERS[request.operation](self, request)

    def _changed(self, request: Request, response: Response) -> Response:
        for operation, when, note in self._notes:
            if _concerns(operation, when, request, response):
                note(request, response, self)
        for operation, when, hook in self._after:
            if _concerns(operation, when, request, response):
                response = hook(request, response, self)
        return response

    def _failed(self, request: Request, error: Exception) -> Response:
        # the message may hold what the client sent, so only the place is told
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        sys.stderr.write(f"emulator: {type(error).__name__} at {place}\n")
        return Response(500, {"title": "Internal error", "status": 500})


def _concerns(operation: str, when: str, request: Request, response: Response) -> bool:
    outcome = "success" if response.ok else "error"
    return operation in ("*", request.operation) and when in ("always", outcome)


def _known(operation: str) -> str:
    if operation != "*" and operation not in routing.OPERATIONS:
        raise ValueError(f"no such operation: {operation}")
    return operation
