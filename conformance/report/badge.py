"""badge.json: the verdict for shields.io's endpoint badge."""

from typing import Any

from conformance.engine.verdict import NOT_APPLICABLE, PASS


def badge(results: dict[str, Any]) -> dict[str, Any]:
    """The badge of a run; a partial run gets a grey one."""
    must = results["counts"]["MUST"]
    judged = sum(must.values()) - must[NOT_APPLICABLE]
    whole = results.get("complete", True)
    word = "conformant" if results["conformant"] else "not conformant" if whole else "partial"
    colour = {"conformant": "brightgreen", "not conformant": "red", "partial": "lightgrey"}[word]
    return {
        "schemaVersion": 1,
        "label": f"AEP {results['target']['name']}",
        "message": f"{word}, {must[PASS]} of {judged}",
        "color": colour,
    }
