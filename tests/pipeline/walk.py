"""The way through all data versions while one part after the other misbehaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from tests.pipeline.house import ANA, FILES, OPS, OPS_ON, QUIET, ROOM, House, trial
from tests.pipeline.process import until
from tests.support.smtp_sink import SmtpStage
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import State

TRIALS = tuple(f"NCT9920000{number}" for number in range(1, 8))
EVERYBODY = ANA + QUIET + ROOM + QUIET + FILES + QUIET + OPS + OPS_ON
FIRST = 300

Act = Callable[[House], None]


def day(number: int) -> str:
    """Give the data version of a number."""
    return (date(2026, 1, 1) + timedelta(days=number)).isoformat()


def changed(number: int) -> str:
    """Give the trial whose target changes in a data version; its target is `FIRST + number` then."""
    return TRIALS[number % len(TRIALS)]


def states(versions: int) -> Mapping[str, Mapping[str, object]]:
    """Give a timeline in which each data version changes the target of one trial."""
    found: dict[str, dict[str, object]] = {nct_id: {day(0): trial(nct_id)} for nct_id in TRIALS}
    for number in range(1, versions):
        found[changed(number)][day(number)] = trial(changed(number), count=FIRST + number)
    return found


def nothing(_home: House) -> None:
    """Leave all as it is."""


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing that goes wrong.

    `steps` data versions are published, and told when it is over; `notices` is how often the operator hears of it:
    0, or 2 for its beginning and its end. With `in_doubt` nobody knows whether the message of it arrived.
    """

    name: str
    begin: Act
    end: Act = nothing
    steps: int = 1
    notices: int = 2
    in_doubt: bool = False


def registry(
    kind: FaultKind,
    *,
    match: str = "",
    steps: int = 1,
    notices: int = 2,
    times: int | None = None,
    user_agent: str = "",
) -> Trouble:
    """Give a fault of the registry; it lasts until it ends, or for so many requests."""

    def begin(home: House) -> None:
        fault = RegistryFault(kind=kind, match=match, times=times, user_agent=user_agent)
        if kind in (FaultKind.HOLLOW, FaultKind.STALE, FaultKind.MISSING):
            number = [day(at) for at in range(500)].index(home.registry.data_version) + 1
            fault = replace(fault, ids=(changed(number),))
        home.registry.arm(fault)

    name = f"{kind.value} {match or 'everywhere'}"
    return Trouble(name=name, begin=begin, end=lambda home: home.registry.disarm(), steps=steps, notices=notices)


def relay(stage: SmtpStage, *, reply: str = "", drop: bool = False, once: bool = False) -> Trouble:
    """Give a fault of the relay."""

    def begin(home: House) -> None:
        home.smtp.arm(stage, reply=reply, drop=drop, times=1 if once else None)

    name = f"relay at {stage.value}: {reply or 'dropped'}"
    return Trouble(name=name, begin=begin, end=mended, notices=0 if once else 2, in_doubt=once)


def hook(reply: str = "", *, drop: bool = False, once: bool = False, retry_after: str = "") -> Trouble:
    """Give a fault of the webhook."""

    def begin(home: House) -> None:
        home.hook.arm(reply, drop=drop, retry_after=retry_after, times=1 if once else None)

    return Trouble(name=f"hook: {reply or 'dropped'}", begin=begin, end=mended, notices=0 if drop else 2, in_doubt=once)


def mended(home: House) -> None:
    """The operator mends what is broken and tries again."""
    home.smtp.clear()
    home.hook.clear()
    with home.look() as context:
        context.store.outbox.retry(
            [entry.id for entry in context.store.outbox.list(states=[State.PENDING])], home.now()
        )


@dataclass
class Walk:
    """Goes through troubles and keeps the books."""

    home: House
    number: int = 0
    log: list[str] = field(default_factory=list)

    def go(self, troubles: Sequence[Trouble]) -> None:
        for trouble in troubles:
            self._meet(trouble)

    def _meet(self, trouble: Trouble) -> None:
        self.log.append(trouble.name)
        before = self.notices()
        trouble.begin(self.home)
        self._publish()
        if trouble.notices:
            self._until(lambda: self.notices() == before + 1)
        elif trouble.in_doubt:
            self._until(self.is_in_doubt)
        trouble.end(self.home)
        for _ in range(trouble.steps - 1):
            self._publish()
        self._until(self.is_told)
        self._until(lambda: self.notices() == before + trouble.notices)
        self._until(lambda: self.home.outbox() == ())

    def is_in_doubt(self) -> bool:
        return bool(self.home.outbox(State.UNKNOWN)) or self.is_told()

    def _publish(self) -> None:
        assert self.home.registry.next()
        self.number += 1
        if self.home.registry.data_version != day(self.number):
            self.number = [day(at) for at in range(500)].index(self.home.registry.data_version)

    def _until(self, what: Callable[[], bool]) -> None:
        try:
            until(what)
        except TimeoutError:
            raise TimeoutError(f"at {self.log[-1]}: data version {self.number}, {self.state()}") from None

    def state(self) -> str:
        last = f"→ {FIRST + self.number} planned"
        told = {name: last in text for name, text in self.texts().items()}
        return f"told: {told}, notices: {self.notices()}, outbox: {self.home.outbox()}"

    def is_told(self) -> bool:
        """Whether everybody has been told all that was published so far."""
        self.number = [day(at) for at in range(500)].index(self.home.registry.data_version)
        wanted = [f"→ {FIRST + number} planned" for number in range(1, self.number + 1)]
        return all(all(one in text for one in wanted) for text in self.texts().values())

    def texts(self) -> Mapping[str, str]:
        """Give all that each recipient was told, each message once."""
        mails = {
            str(mail["Message-ID"]): body
            for mail, body in zip(self.home.mails_to("ana"), self.home.bodies("ana"), strict=False)
        }
        posts = dict.fromkeys(post.body.decode() for post in self.home.hook.accepted)
        files = sorted((self.home.state / "told").glob("*.eml"))
        return {
            "ana": "\n".join(mails.values()),
            "room": "\n".join(json.dumps(json.loads(post), ensure_ascii=False) for post in posts),
            "files": "\n".join(path.read_text() for path in files).replace("=E2=86=92", "→").replace("=\n", ""),
        }

    def notices(self) -> int:
        return len(list((self.home.state / "ops").glob("*.eml")))

    def changes_filed(self) -> list[tuple[str, object]]:
        """Give the trial and new value of every change filed for machines, noise apart, in the order of telling."""
        found = []
        for path in sorted((self.home.state / "told").glob("*.json")):
            for entry in json.loads(path.read_text())["data"]:
                found += [(entry["nct_id"], one["after"]) for one in entry["changes"] if one["severity"] != "noise"]
        return found

    def check(self) -> None:
        """Check that everybody was told every change once, and nothing else."""
        published = [(changed(number), FIRST + number) for number in range(1, self.number + 1)]
        assert sorted(self.changes_filed()) == sorted(published)
        for number in range(1, self.number + 1):
            # a sentence, its shift and its summary may all name the number: what counts is the message
            mails = {
                str(mail["Message-ID"])
                for mail, body in zip(self.home.mails_to("ana"), self.home.bodies("ana"), strict=True)
                if f"→ {FIRST + number} planned" in body
            }
            posts = {
                post.body
                for post in self.home.hook.accepted
                if f"→ {FIRST + number} planned" in json.loads(post.body.decode())["text"]
                or f"→ {FIRST + number} planned" in json.dumps(json.loads(post.body), ensure_ascii=False)
            }
            assert (number, len(mails), len(posts)) == (number, 1, 1)
