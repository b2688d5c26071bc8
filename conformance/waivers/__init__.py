"""Waivers: the known defects of a target, each with a reason, an owner and a last day."""
