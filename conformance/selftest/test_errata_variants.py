"""Errata are executable: each behaviour that they keep is the emulator's own, or a variant of it by that name."""

from functools import cache

import pytest

from conformance.emulator.variants import VARIANTS
from conformance.proof.material import Effort
from conformance.proof.trial import try_emulator
from conformance.selftest.contract_files import entries

SMOKE = Effort("core", "smoke")
MIXTURES = 10
# What keeps both readings and the emulator cannot show yet.
NOT_SERVED = {"auth-spec-named-by-vendor", "general-transform-added-by-target"}


@cache
def kept():
    """The server's behaviours of each erratum that keeps several, by its id."""
    found = {}
    for _, erratum in entries("errata"):
        servers = [v for v in erratum.get("variants", []) if v.get("side", "server") == "server"]
        if servers:
            found[erratum["id"]] = servers
    return found


def others():
    """The behaviours that the emulator does not show by itself, by erratum."""
    return {
        name: [v["name"] for v in servers if "default" not in v and v["name"] not in NOT_SERVED]
        for name, servers in kept().items()
    }


@pytest.mark.parametrize("erratum", kept())
def test_the_emulator_shows_one_behaviour_of_each_erratum(erratum):
    assert sum("default" in variant for variant in kept()[erratum]) == 1


@pytest.mark.parametrize("erratum", kept())
def test_each_other_behaviour_is_a_variant_of_the_emulator(erratum):
    assert set(others()[erratum]) <= VARIANTS.all().keys()


def test_what_is_not_served_yet_is_no_variant():
    assert NOT_SERVED.isdisjoint(VARIANTS.all())


def mixture(number):
    """A behaviour of every second erratum, each in its turn."""
    lists = [names for names in others().values() if names]
    return tuple(
        names[number // 2 % len(names)]
        for position, names in enumerate(lists)
        if (position + number) % 2 == 0
    )


def test_the_mixtures_together_show_every_behaviour():
    shown = {name for number in range(MIXTURES) for name in mixture(number)}
    assert shown >= {name for names in others().values() for name in names}


@pytest.mark.parametrize("number", range(MIXTURES))
def test_a_mixture_of_lawful_behaviours_is_not_accused(number):
    trial = try_emulator("mixture", (), mixture(number), (), SMOKE)
    assert trial.lawful, trial.not_green
