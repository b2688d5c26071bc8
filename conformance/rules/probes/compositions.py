"""The probe of what a class and a schema must be made of."""

from conformance.engine.kinds import CLASS, SCHEMA
from conformance.engine.session import Session
from conformance.rules.probes.creates import without
from conformance.rules.probes.kit import class_body, schema_body
from conformance.rules.probes.registry import probe, put


@probe(
    "compositions",
    "schema-registry.*.type-other-than-object-is-refused",
    "schema-registry.*.composition-without-*",
    "schema-registry.classes.missing-*",
)
def compositions(session: Session) -> None:
    for kind, body in (
        (SCHEMA, schema_body(session, "probe composition of a schema")),
        (CLASS, class_body(session, "probe composition of a class")),
    ):
        session.call(kind.create(), body=body, step=f"create-{kind.name}")
        part = "class" if kind is SCHEMA else "behaviour"
        wrong = [
            ("type-other-than-object-is-refused", {**body, "type": "string"}),
            (f"composition-without-{part}-is-refused", {**body, "allOf": []}),
        ]
        if kind is CLASS:
            wrong.append(("missing-title-is-refused", without(body, "title")))
            wrong.append(("missing-composition-is-refused", without(body, "allOf")))
        for statement, odd in wrong:
            if "title" in odd:  # one that is taken must not make the next a duplicate
                odd["title"] = session.name(f"{kind.name} {statement}")
            put(session, kind.row(statement), kind.create(), body=odd)
