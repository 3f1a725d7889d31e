"""The errors of the watcher.

::

    WatcherError                  a sentence for a person: what, where, what to do
    ├── UsageError                the call itself is wrong                              exit 2
    │   └── SearchError               a pasted or written search cannot be translated       exit 2
    ├── ConfigError               problems: all of them, with file and line             exit 78
    │   └── ConfigPermissionError     the file may not be read by this user             exit 77
    ├── RegistryError             a request to the registry failed
    │   ├── RegistryRefusedError      403 from the firewall; never retried
    │   ├── RegistryUnavailableError  time-out, dropped, 429, 5xx, after all retries
    │   └── RegistryAnswerError       an implausible answer (HTML, cut off, not JSON, over the cap)
    ├── StoreError                the state folder or the database                      exit 74
    │   ├── DamagedError              one stored record or message cannot be read back  exit 74
    │   ├── StoreLockedError          another run holds the run lock                    exit 75
    │   ├── StoreLostError            removed or replaced while in use                  exit 74
    │   └── StorePermissionError      may not read or write                             exit 77
    ├── RenderError               a template failed
    └── DeliveryError             a provider did not take a message; reason, whose, lasts, retry_after

Does not map errors to exit codes (`watcher.cli` does) and never has a secret in its text, which is shown to
people and logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class WatcherError(Exception):
    """Base of all errors of the watcher.

    The text is one sentence for a person: what is wrong, where, and what to do.
    """


class UsageError(WatcherError):
    """The command was called wrongly: two different trials to compare, an unknown recipient, a malformed id."""


class SearchError(UsageError):
    """A search cannot be translated into the registry's own terms, or selects everything."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong in a file the operator wrote.

    Attributes:
        file: Path as the operator would type it.
        line: 1-based line; 0 if there is no single line.
        text: What is wrong and what to do, without file and line.
    """

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        """Return `file:line: text`, the form editors can jump to."""
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


class ConfigError(WatcherError):
    """The configuration cannot be used.

    Attributes:
        problems: Every problem found, in file and line order; never empty.
    """

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigPermissionError(ConfigError):
    """The configuration may not be read by this user."""

    def __init__(self, file: str) -> None:
        text = "may not be read by this user; run the command as its owner, or let this user read it"
        super().__init__((Problem(file, 0, text),))


class RegistryError(WatcherError):
    """A request to the registry failed."""


class RegistryRefusedError(RegistryError):
    """The registry's firewall answered 403. Deterministic: never retried."""


class RegistryUnavailableError(RegistryError):
    """No usable answer after all retries: time-out, dropped connection, 429 or 5xx.

    Attributes:
        retry_after: The wait the registry asked for, or None.
    """

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class RegistryAnswerError(RegistryError):
    """The registry sent an implausible answer: HTML, a cut-off body, not JSON, too many bytes."""


class StoreError(WatcherError):
    """The state folder or the database cannot be used; nothing in it was touched."""


class DamagedError(StoreError):
    """One stored record, comparison or message cannot be read back; the rest of the store can be used."""


class StoreLockedError(StoreError):
    """Another run holds the run lock."""


class StoreLostError(StoreError):
    """The lock or the database was removed or replaced while this process was using it."""


class StorePermissionError(StoreError):
    """The state folder or the database may not be read or written by this user."""


class RenderError(WatcherError):
    """A template failed.

    Attributes:
        template: Name of the template.
        problem: What is wrong with it, without its name.
    """

    def __init__(self, template: str, problem: str) -> None:
        self.template = template
        self.problem = problem
        super().__init__(f"template {template}: {problem}")


class DeliveryReason(StrEnum):
    """Why a provider did not accept a message."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    RATE_LIMITED = "rate_limited"
    AUTH = "auth"
    REJECTED = "rejected"
    SERVER = "server"
    CONFIG = "config"
    OTHER = "other"


class Whose(StrEnum):
    """Whose failure it is; decides what waits."""

    CHANNEL = "channel"
    RECIPIENT = "recipient"
    MESSAGE = "message"
    UNCLEAR = "unclear"


class Lasts(StrEnum):
    """How long a failure lasts."""

    PASSING = "passing"
    DAYS = "days"
    LASTING = "lasting"


class DeliveryError(WatcherError):
    """A provider did not accept a message.

    Attributes:
        reason: The class of failure.
        whose: Whose failure it is. UNCLEAR: everything was handed over without a readable reply, so the message may
            have arrived.
        lasts: PASSING may be over at the next attempt. DAYS passes by itself, rarely before tomorrow. LASTING: a retry
            cannot help until a person changes something.
        retry_after: The wait the provider asked for, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: DeliveryReason,
        whose: Whose,
        lasts: Lasts = Lasts.PASSING,
        retry_after: timedelta | None = None,
    ) -> None:
        self.reason = reason
        self.whose = whose
        self.lasts = lasts
        self.retry_after = retry_after
        super().__init__(message)

    @property
    def is_permanent(self) -> bool:
        """Return True if a retry cannot help."""
        return self.lasts is Lasts.LASTING

    @property
    def is_channel_fault(self) -> bool:
        """Return True if the next message on the channel would fail too."""
        return self.whose is Whose.CHANNEL

    @property
    def in_doubt(self) -> bool:
        """Return True if the message may have arrived."""
        return self.whose is Whose.UNCLEAR

    @property
    def is_about_content(self) -> bool:
        """Return True if the provider refused this message for its content, form or size."""
        return self.whose is Whose.MESSAGE and self.lasts is Lasts.LASTING
