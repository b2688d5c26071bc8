"""Drift: what changed between two recordings of the same requests.

How a change is classed:

- `breaking` hurts a documented fact or a recorded consumer: a MUST that the old answers kept fails on the
  new ones; a success became a refusal, or a status that no document gives; a member is gone, retyped or
  null that the documents print or that a later recorded request took its value from; a step has no answer.
- `additive` is new or lawfully different: a new member, header or item, a SHOULD that is no longer met,
  and, marked as a variant, a switch from one documented behaviour to another (204 and 202 on a delete, the
  older and newer error bodies, an optional member left out). A variant breaks nobody who reads the
  documents, but may break who was written against one target: `--fail-on additive` stops at it.
- `cosmetic` is the rest: order, wording, whitespace, values that no document fixes, and undocumented
  members, gone or retyped, that no later request used.

An answer to a request that itself changed is never held against the target.
"""
