"""The journeys of generated requests, taken one by one against an emulator of their own."""

from contextlib import contextmanager
from dataclasses import replace

from conformance.emulator.server import make_emulator, running
from conformance.engine.catalogue import load_catalogue
from conformance.engine.client import Client
from conformance.engine.data import contracts_root
from conformance.engine.evidence import Evidence, Journey
from conformance.engine.redaction import Redactor
from conformance.engine.session import Session
from conformance.engine.settings import resolve
from conformance.engine.verdict import Judge
from conformance.engine.world import World
from conformance.rules.journeys import load_connectors
from conformance.rules.probes.registry import PROBES
from conformance.rules.registry import rule_for
from conformance.selftest.builders import CONTRACT

CATALOGUE = load_catalogue(contracts_root())
CONNECTORS = load_connectors(contracts_root())


@contextmanager
def emulator(change=None, examples=2, seed=1):
    made = make_emulator(seed=seed, settle=0.0)
    if change:
        change(made)
    with running(emulator=made) as given:
        settings = resolve(given, {})
        redactor = Redactor(settings.secrets())
        yield World(
            settings,
            CONTRACT,
            redactor,
            Client(settings),
            settings.access_token,
            "aepc-test",
            CONNECTORS,
            examples=examples,
        )


def take(world, name):
    session = Session(world, name)
    try:
        PROBES[name].run(session)
    finally:
        left = session.tidy()
    assert {entity.resource for entity in left} <= {"mappingSet"}
    return Journey(name, session.exchanges)


def judge(requirement_id, taken):
    row = replace(CATALOGUE[requirement_id], needs=())
    evidence = Evidence([taken])
    judge = Judge(CATALOGUE, lambda row: rule_for(row, CONTRACT), lambda row: evidence)
    return judge.verdict(row)
