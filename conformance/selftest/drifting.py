"""Recordings changed by hand, and what drift says of them."""

import copy
import json
from pathlib import Path

import yaml

from conformance.recordings.choice import shipped_root
from conformance.recordings.drift.command import compared
from conformance.recordings.recorded import METADATA

EMULATOR = shipped_root() / "emulator"


class Cassette:
    """A cassette as data; steps are named as its recorder named them."""

    def __init__(self, document):
        self.document = document

    @property
    def interactions(self):
        return self.document["interactions"]

    @property
    def abouts(self):
        return self.document["metadata"][METADATA]["interactions"]

    def index(self, step, which=-1):
        found = [i for i, about in enumerate(self.abouts) if about["step"] == step]
        return found[which]

    def answer(self, step):
        return self.interactions[self.index(step)]["response"]

    def body(self, step):
        return json.loads(self.answer(step)["body"]["string"])

    def change(self, step, change):
        """Change the parsed body of a step's last answer in place."""
        body = self.body(step)
        changed = change(body)
        self.answer(step)["body"]["string"] = compact(body if changed is None else changed)

    def text(self, old, new):
        """Put one text for another everywhere."""
        self.document = json.loads(json.dumps(self.document).replace(old, new))

    def drop(self, index):
        del self.interactions[index], self.abouts[index]

    def repeat(self, index, times):
        for _ in range(times):
            self.interactions.insert(index, copy.deepcopy(self.interactions[index]))
            self.abouts.insert(index, copy.deepcopy(self.abouts[index]))

    def anonymous(self):
        """The same as another tool would have written it."""
        return Cassette({k: v for k, v in self.document.items() if k != "metadata"})

    def copy(self):
        return Cassette(copy.deepcopy(self.document))

    def save(self, path):
        path.write_text(json.dumps(self.document), encoding="utf-8")
        return path


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def shipped(journey):
    path = EMULATOR / f"{journey}.yaml"
    return Cassette(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))


def drifts(old: Cassette, new: Cassette, folder: Path):
    """The drifts between two cassettes."""
    data = compared(old.save(folder / "old.json"), new.save(folder / "new.json"))
    return data["drifts"]


def only(found):
    """The one drift of several places."""
    assert len(found) == 1, [(d["class"], d["kind"], d["step"], d["pointer"]) for d in found]
    return found[0]
