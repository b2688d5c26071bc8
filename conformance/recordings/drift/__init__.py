"""Drift: what changed between two recordings of the same requests.

How a change is classed:

- `breaking` hurts a documented fact or a recorded consumer. A MUST that the old answers kept fails on the
  new ones; a lawful request is refused, or answered with a status or media type that no document gives; a
  value takes a form that the contract forbids; a member is gone that every printed answer of the operation
  has; a member is gone, or of another type or identity, that the sequence declares as read or whose value a
  later recorded request sent; a step or a journey has no counterpart, since skipped is never green.
- `additive` is new or lawfully different: a new member, item, header or step, a SHOULD that no longer holds,
  and, marked as a variant, a switch from one documented behaviour to another (204 and 202 on a delete, the
  older and newer error bodies, a documented member that no requirement asks for left out). A variant breaks
  nobody who follows the documents, but may break who was written against one target: `--fail-on additive`
  stops at it.
- `cosmetic` is the rest: order, wording, whitespace, values that no document fixes, and undocumented
  members, gone, retyped or in another unit, that no later request used.

No drift at all: ids, etags, times of one unit, traces, names that the client chose, amounts of data, how
often a poll asked, what moved while an entity settled, and items of lists that the client never named.
What an answer shows of a request that itself changed is cosmetic: the target is not to blame.
"""
