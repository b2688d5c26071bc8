"""The command `aep-conformance sweep`: removes what runs left behind, once it has shown what that is."""

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from conformance.engine.authentication import Token, client_for, issue
from conformance.engine.client import Client
from conformance.engine.contract import load_contract
from conformance.engine.data import contracts_root
from conformance.engine.errors import SettingsError, TargetError
from conformance.engine.ledger import Account, Ledger, read
from conformance.engine.manners import Manners
from conformance.engine.preflight import check_target
from conformance.engine.redaction import Redactor
from conformance.engine.settings import Settings, resolve
from conformance.engine.world import World
from conformance.limits import ledger_of, limits_of
from conformance.safety import check_command_line
from conformance.sweep import Broom, Leftover


def sweep(arguments: argparse.Namespace) -> int:
    """Show what is left and delete it; 0 when nothing remains that can be deleted, 3 when something does.

    Raises SettingsError when it may not delete: nobody to ask, and no `--yes`.
    """
    options = {k.removeprefix("aep_"): v for k, v in vars(arguments).items()}
    path = ledger_of(options)
    accounts = list(_open(path))
    if not accounts:
        _say(f"nothing to do: every run in {path} has tidied up")
        return 0
    settings = resolve(options)
    check_command_line(options, settings)
    Client.manners = Manners(limits_of(options))
    mine = [account for account in accounts if _is_of(account, settings)]
    if not mine:
        return 3
    return _sweep(mine, path, _world(settings), options)


def _open(path: Path) -> Iterable[Account]:
    """The runs that did not end; an emulator of a run's own took everything with it."""
    if not path.exists():
        raise SettingsError(f"--ledger {path}: there is none")
    for account in read(path):
        if account.ended:
            continue
        if account.is_going_on:
            _say(f"{account.run} is still going on: left alone")
        elif account.about.get("embedded"):
            Ledger(path, account.run).end()
        else:
            yield account


def _is_of(account: Account, settings: Settings) -> bool:
    about = account.about
    given = {"base_url": settings.base_url, "org_id": settings.org_id}
    other = [name for name, value in given.items() if about.get(name) != value]
    if other:
        place = f"{about.get('base_url')}, organisation {about.get('org_id')}"
        _say(f"{account.run} was a run against {place}: left alone")
    return not other


def _world(settings: Settings) -> World:
    redactor = Redactor(settings.secrets())
    token = Token(settings.access_token) if settings.access_token else issue(Client(settings))
    redactor.learn("access_token", token.value)
    issued = None if settings.access_token else asdict(token)
    client = client_for(settings, issued, partial(redactor.learn, "access_token"))
    contract = load_contract(contracts_root())
    world = World(settings, contract, redactor, client, token.value, "sweep")
    check_target(world)
    return world


def _sweep(accounts: list[Account], path: Path, world: World, options: dict[str, Any]) -> int:
    brooms = [Broom(world, Ledger(path, account.run)) for account in accounts]
    found = [(broom, broom.find()) for broom in brooms]
    whole = [one for _, several in found for one in several]
    _show("to be deleted", world.redactor, (one for one in whole if one.can_be_deleted))
    _show("left", world.redactor, (one for one in whole if not one.can_be_deleted))
    if any(one.can_be_deleted for one in whole):
        _ask(options["yes"])
    left = [one for broom, several in found for one in broom.sweep(several)]
    remaining = [one for one in left if one.can_be_deleted]
    deleted = sum(one.can_be_deleted for one in whole) - len(remaining)
    _show("not deleted", world.redactor, remaining)
    _say(f"{deleted} deleted, {len(left)} left")
    return 3 if remaining else 0


def _ask(sure: bool) -> None:
    if sure:
        return
    if not sys.stdin.isatty():
        raise SettingsError("nothing was deleted: give --yes to delete without being asked")
    sys.stdout.write("delete them? [y/N] ")
    sys.stdout.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise TargetError("nothing was deleted")


def _show(title: str, redactor: Redactor, leftovers: Iterable[Leftover]) -> None:
    for one in leftovers:
        why = f": {one.reason}" if one.reason else ""
        line = f"{title}: {one.resource} {one.id} “{one.name}” in sandbox {one.sandbox}{why}"
        _say(redactor.text(line))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
