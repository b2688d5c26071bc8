"""The same lists many times over: by name, page by page, and in the sandbox next door (full profile)."""

from functools import partial

from conformance.engine.kinds import CONNECTION, FLOW, FLOW_SERVICE_KINDS, SOURCE, TARGET
from conformance.engine.session import Session
from conformance.rules.probes.kit import account_body, destination, make
from conformance.rules.probes.lists import list_often, part_body
from conformance.rules.probes.registry import probe

APART = "gateway.sandbox.entities-stay-in-their-sandbox"


@probe(
    "soak-lists",
    *(kind.row("list-*") for kind in FLOW_SERVICE_KINDS),
    also=("*",),
    repeats=True,
)
def soak_lists(session: Session) -> None:
    chain = destination(session)
    bodies = {
        SOURCE: part_body(chain),
        TARGET: chain.target_body,
        CONNECTION: account_body(session, "soak list"),
        FLOW: chain.flow(session, "soak list"),
    }
    for kind, body in bodies.items():
        names = [session.name(f"Soak list {kind.name}{end}") for end in ("", " two", " three")]
        made = [make(session, kind, {**body, "name": name}) for name in names]
        list_often(session, kind, names[:1], lists=made[:1], named=names[0])
        list_often(session, kind, names, {"limit": "1"}, limit=1)


@probe("soak-sandboxes", "gateway.sandbox.entities-*", needs_setting="other_sandbox", repeats=True)
def soak_sandboxes(session: Session) -> None:
    other = session.world.settings.other_sandbox
    own = make(session, CONNECTION, account_body(session, "soak sandboxes"))
    flow = make(session, FLOW, destination(session).flow(session, "soak sandboxes"))
    elsewhere = partial(session.call, sandbox=other, case=APART, step="soak-sandbox")
    for _ in range(session.world.repeats):
        elsewhere("getConnection", own)
        elsewhere("getFlow", flow)
        notes = {"foreign": own}
        elsewhere("listConnections", query={"limit": "100"}, notes=notes)
