"""The class of a difference that breaks no requirement and no recorded consumer."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.engine.exchange import ABSENT, Exchange
from conformance.recordings.drift.arguments import CLASSES
from conformance.recordings.drift.comparison import Difference, type_of
from conformance.recordings.drift.documents import Documents
from conformance.recordings.drift.references import unit

BREAKING, ADDITIVE, COSMETIC = CLASSES


@dataclass(frozen=True)
class Opinion:
    """`variant` marks a switch from one documented behaviour to another."""

    name: str
    reason: str
    requirements: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    variant: bool = False


Judged = Callable[[Documents, Exchange, Exchange, Difference], Opinion]


def opinion(documents: Documents, old: Exchange, new: Exchange, difference: Difference) -> Opinion:
    """The class by kind; see the package's description for the decisions behind it."""
    return _BY_KIND.get(difference.kind, _value)(documents, old, new, difference)


def _status(documents: Documents, old: Exchange, new: Exchange, _: Difference) -> Opinion:
    if old.status < 400 <= new.status and new.case is None:
        return Opinion(BREAKING, "a request that succeeded is refused")
    if new.response is None:
        return Opinion(BREAKING, f"there is no answer: {new.error or 'none was recorded'}")
    if new.status not in documents.statuses(new):
        return Opinion(BREAKING, f"no document gives {new.status} here")
    return Opinion(ADDITIVE, "another of the documented statuses", variant=True)


def _removed(documents: Documents, old: Exchange, _: Exchange, difference: Difference) -> Opinion:
    printed = documents.printed(old, difference.pointer)
    shown = tuple(source for source, value in printed if value is not ABSENT)
    if shown and len(shown) == len(printed):
        return Opinion(BREAKING, "every printed answer has it", sources=shown)
    if shown:
        without = tuple(source for source, value in printed if value is ABSENT)
        return Opinion(
            ADDITIVE, "some printed answers do without it", sources=without, variant=True
        )
    if documents.nodes(old, difference.pointer):
        return Opinion(ADDITIVE, "documented, and optional", variant=True)
    return Opinion(COSMETIC, "no document names it and no later request used it")


def _changed(documents: Documents, old: Exchange, new: Exchange, difference: Difference) -> Opinion:
    """Another type or unit, null, or an empty list, where no schema minds."""
    kinds = {
        source: _form(value)
        for source, value in documents.printed(old, difference.pointer)
        if value is not ABSENT
    }
    if _form(difference.old) in kinds.values() and _form(difference.new) not in kinds.values():
        return Opinion(BREAKING, "the documents print it in the old form", sources=tuple(kinds))
    if documents.forbids(old, difference.pointer, difference.old, difference.new):
        return Opinion(BREAKING, "the contract allows only the old form")
    if difference.kind != "emptied" and documents.nodes(old, difference.pointer):
        return Opinion(ADDITIVE, "documented, and the documents allow both", variant=True)
    return Opinion(COSMETIC, "no document fixes it and no later request used it")


def _form(value: object) -> str:
    if isinstance(value, list):
        return "array" if value else "empty array"
    return f"{type_of(value)} {unit(value) or ''}"


def _value(documents: Documents, old: Exchange, _: Exchange, difference: Difference) -> Opinion:
    choices = [n["enum"] for n in documents.nodes(old, difference.pointer) if "enum" in n]
    if documents.forbids(old, difference.pointer, difference.old, difference.new):
        return Opinion(BREAKING, "the contract does not allow the value")
    if any(difference.old in c and difference.new in c for c in choices):
        return Opinion(ADDITIVE, "another of the documented values", variant=True)
    return Opinion(COSMETIC, "no document fixes the value")


def _media_type(documents: Documents, _: Exchange, new: Exchange, found: Difference) -> Opinion:
    if found.pointer != "content-type":
        return Opinion(COSMETIC, "no document fixes the header")
    before, after = (str(value).lower().split(";")[0].strip() for value in (found.old, found.new))
    if before == after:
        return Opinion(COSMETIC, "the same media type with another parameter")
    if documents.media_types(new) and after not in documents.media_types(new):
        return Opinion(BREAKING, f"no document gives the media type {after}")
    return Opinion(ADDITIVE, "another media type", variant=True)


def _form_of_error(documents: Documents, _: Exchange, new: Exchange, __: Difference) -> Opinion:
    schema = None
    if new.operation in documents.contract.operations:
        schema = documents.contract[new.operation].schemas.get(str(new.status))
    if schema and not schema.errors(new.body):
        return Opinion(ADDITIVE, "another of the documented error bodies", variant=True)
    return Opinion(COSMETIC, "no document fixes the error body here")


def _body(_: Documents, old: Exchange, new: Exchange, __: Difference) -> Opinion:
    if old.status != new.status:
        return Opinion(ADDITIVE, f"goes with the status {new.status}", variant=True)
    return Opinion(COSMETIC, "no document fixes the body here")


def _always(name: str, reason: str) -> Judged:
    return lambda *_: Opinion(name, reason)


_BY_KIND: dict[str, Judged] = {
    "status": _status,
    "removed": _removed,
    "item removed": _always(
        COSMETIC, "items come and go; no document and no later request fixes it"
    ),
    "retyped": _changed,
    "nulled": _changed,
    "emptied": _changed,
    "unit": _changed,
    "filled": _always(ADDITIVE, "a value where there was null"),
    "added": _always(ADDITIVE, "new here"),
    "item added": _always(ADDITIVE, "new here"),
    "header added": _always(ADDITIVE, "new here"),
    "header removed": _always(COSMETIC, "no document asks for it and no later request used it"),
    "header": _media_type,
    "form": _form_of_error,
    "body": _body,
    "id form": _always(ADDITIVE, "another form of id, which no document forbids"),
    "identity": _always(COSMETIC, "no document says that the two are the same"),
    "member order": _always(COSMETIC, "members have no order"),
    "item order": _always(COSMETIC, "no document fixes the order here"),
    "time order": _always(COSMETIC, "no document fixes the order of these times"),
    "whitespace": _always(COSMETIC, "the same JSON"),
}
