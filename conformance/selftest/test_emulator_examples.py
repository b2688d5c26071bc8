import pytest

from conformance.embedded import Embedded
from conformance.engine.exchange import at
from conformance.selftest.contract_files import CONTRACTS, read
from conformance.selftest.openapi_helper import operations
from conformance.selftest.replayed import Replay

FILES = sorted((CONTRACTS / "examples").glob("*.yaml"))
EXAMPLES = [
    (path, e) for path in FILES for e in read(path).data["examples"] if e["kind"] != "record"
]
REQUESTS = [(path.stem, e) for path, e in EXAMPLES if e["kind"] == "request"]
RESPONSES = [(path.stem, e) for path, e in EXAMPLES if e["kind"] == "response" and "body" in e]


@pytest.fixture(scope="module")
def replays():
    embedded = [Embedded() for _ in FILES]
    done = {}
    for path, emulator in zip(FILES, embedded, strict=True):
        done[path.stem] = Replay(emulator.settings)
        for stem, example in REQUESTS:
            if stem == path.stem:
                done[stem].printed(example)
    yield done
    for emulator in embedded:
        emulator.stop()


def ids(pairs):
    return [example["id"] for _, example in pairs]


@pytest.mark.parametrize(("stem", "example"), REQUESTS, ids=ids(REQUESTS))
def test_each_printed_request_is_accepted(replays, stem, example):
    answer = replays[stem].answers[example["id"]]
    assert answer.ok, f"{answer.status_code} {answer.text}"
    assert str(answer.status_code) in operations()[example["operation"]].data["responses"]


@pytest.mark.parametrize(("stem", "example"), RESPONSES, ids=ids(RESPONSES))
def test_each_answer_has_the_printed_shape(replays, stem, example):
    answer, printed = replays[stem].answers[example["for"]].json(), example["body"]
    if example["operation"] == "listConnectionSpecs":
        answer = next(item for item in answer["items"] if item["id"] == printed["id"])
    elif "fragment" in example:
        answer = at(answer, example["fragment"])
    assert missing(printed, answer) == []


def missing(printed, live, at=""):
    """Where the live answer lacks a printed member or has another type there."""
    if isinstance(printed, dict) and isinstance(live, dict):
        printed = {k: v for k, v in printed.items() if k != "spec"}  # a JSON Schema has no shape
        return [
            m
            for k, v in printed.items()
            for m in (missing(v, live[k], f"{at}/{k}") if k in live else [f"{at}/{k}"])
        ]
    if isinstance(printed, list) and isinstance(live, list):
        return missing(printed[0], live[0], f"{at}/0") if printed and live else []
    same = type(printed) is type(live) or printed is None or live is None
    return [] if same else [f"{at}: {type(live).__name__}"]
