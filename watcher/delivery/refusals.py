"""What a relay's refusal means and what the operator can do about it.

Pure: codes and words in, `DeliveryError` out. Codes are those of RFC 5321 section 4.2, the three-part ones those of
RFC 3463 and the IANA registry of enhanced status codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from watcher.errors import DeliveryError, DeliveryReason


class Stage(StrEnum):
    """What the relay was asked when it failed; the value completes "while …"."""

    CONNECT = "connecting"
    HELLO = "greeting it"
    TLS = "starting TLS"
    LOGIN = "logging in"
    SENDER = "naming the sender"
    RECIPIENT = "naming the recipient"
    BODY = "handing over the mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The relay as it is called in a sentence, and what must never be."""

    host: str
    port: int

    def __str__(self) -> str:
        """Give its name for a sentence."""
        return f"the mail relay {self.host}:{self.port}"


_NOT_THIS_SENDER = (
    "the relay does not take mail from this sender; set from in [email] to an address this log-in may use"
)

# (code, start of the three-part code, stages or None for all, what to do). The first row that fits counts.
_ADVICE: tuple[tuple[int, str, tuple[Stage, ...] | None, str], ...] = (
    (
        535,
        "5.7.139",
        None,
        # https://mc.merill.net/message/MC786329: off by default from the end of December 2026, on again by an
        # administrator, to be removed at a date announced in the second half of 2027
        "Microsoft 365 has this log-in switched off for the mailbox or its tenant; set oauth in [email] (passwords are "
        "off by default from the end of December 2026), or ask the administrator to allow authenticated SMTP",
    ),
    (
        535,
        "",
        None,
        "check username and password, or oauth, in [email]; many providers want an app password instead of the "
        "mailbox's own",
    ),
    (534, "", None, "the provider wants another way to log in; create an app password and use it in [email]"),
    (538, "", None, 'the relay wants encryption before log-in; set tls = "starttls" or "implicit" in [email]'),
    (
        530,
        "",
        None,
        "the relay wants a log-in or TLS first; set username and password, and check tls, in [email]",
    ),
    (454, "", (Stage.TLS,), "its TLS is out of order for now; it will be tried again"),
    (454, "", (Stage.LOGIN,), "its log-in is out of order for now; it will be tried again"),
    (432, "", None, "the provider wants the password changed first; log in to the mailbox once by hand"),
    # https://learn.microsoft.com/exchange/troubleshoot/email-delivery/send-as-denied
    *((code, start, None, _NOT_THIS_SENDER) for code in (550, 554) for start in ("5.2.252", "5.7.60")),
    # https://support.google.com/a/answer/3726730
    (550, "5.4.5", None, "Gmail's daily limit is used up; tomorrow run: watcher outbox retry --all"),
    (550, "5.7.515", None, "Outlook wants SPF, DKIM and DMARC for the sender's domain; ask whoever runs its DNS"),
    (550, "5.7.26", None, "Gmail wants SPF or DKIM for the sender's domain; ask whoever runs its DNS"),
    (
        550,
        "5.7",
        None,
        "the relay's policy forbids it; ask its postmaster whether this machine may send from this address to that one",
    ),
    (550, "", (Stage.RECIPIENT,), "the mailbox does not exist or is closed; check the recipient's address"),
    (551, "", (Stage.RECIPIENT,), "the mailbox has moved; check the recipient's address"),
    (553, "", (Stage.RECIPIENT,), "the relay cannot use this mailbox; check the recipient's address"),
    (
        550,
        "",
        (Stage.SENDER,),
        _NOT_THIS_SENDER,
    ),
    (
        553,
        "",
        (Stage.SENDER,),
        _NOT_THIS_SENDER,
    ),
    (552, "5.2.2", None, "the recipient's mailbox is full; it has to make room"),
    (552, "", (Stage.RECIPIENT,), "the recipient's mailbox is full; it has to make room"),
    (552, "", None, "the mail is larger than the relay takes; watch fewer trials per recipient or send more often"),
    (
        554,
        "",
        (Stage.CONNECT,),
        "the relay does not talk to this machine; check host and port in [email], or ask its postmaster",
    ),
    (554, "", None, "the relay takes it for unwanted mail or forbids it; its words or its postmaster say why"),
    (501, "", (Stage.RECIPIENT,), "the relay cannot read this mailbox; check the recipient's address"),
    # RFC 7504
    *((code, "", None, "this host takes no mail at all; check host in [email]") for code in (521, 556)),
    *(
        (code, "", None, "it does not know what we asked; a proxy or a virus scanner on the way may be the cause")
        for code in (500, 501, 502, 503, 504, 555)
    ),
    (421, "", None, "the relay is busy or closing; it will be tried again"),
    (450, "", None, "the mailbox is busy or the relay wants to see the mail twice; it will be tried again"),
    (451, "", None, "the relay has trouble of its own; it will be tried again"),
    (452, "", None, "the relay or the mailbox has no room for now; it will be tried again"),
)
_OTHERWISE = {
    "4": "it will be tried again",
    "5": "its postmaster can say why; nothing is sent again until something changes",
}
_THREE_PART = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_LOGIN_CODES = (530, 534, 535, 538)
_TOO_BIG = 552


def refused(relay: Relay, stage: Stage, code: int, reply: str) -> DeliveryError:
    """Make the error of an answer that is not the wanted one.

    Args:
        relay: Who answered.
        stage: What it was asked.
        code: Three-digit code; anything that is not 400 to 599 is an answer nobody can read.
        reply: Its words, fit to be shown.

    Returns:
        4xx: transient. 5xx: permanent. Of the channel when this recipient and this mail have no part in it.
        An unreadable answer to the mail itself is in doubt.
    """
    if not 400 <= code <= 599:
        return unreadable(relay, stage, f"{code} {reply}")
    return DeliveryError(
        f"{relay} refused while {stage}: {code} {reply}".rstrip() + f" — {_advice(stage, code, reply)}",
        reason=_reason(stage, code),
        is_permanent=code >= 500,
        is_channel_fault=_is_channel_fault(stage, code),
    )


def unreadable(relay: Relay, stage: Stage, words: str) -> DeliveryError:
    """Make the error of an answer that is not SMTP."""
    return DeliveryError(
        f"{relay} gave an answer that is not SMTP while {stage}: {words}; check host, port and tls in [email]",
        reason=DeliveryReason.SERVER,
        is_channel_fault=True,
        in_doubt=stage is Stage.BODY,
    )


def silent(relay: Relay, stage: Stage, seconds: float) -> DeliveryError:
    """Make the error of an answer that did not come in time."""
    return DeliveryError(
        f"{relay} did not answer within {seconds:g} s while {stage}; {_what_next(stage)}",
        reason=DeliveryReason.TIMEOUT,
        is_channel_fault=True,
        in_doubt=stage is Stage.BODY,
    )


def dropped(relay: Relay, stage: Stage, cause: str) -> DeliveryError:
    """Make the error of a connection that was not made or broke; `cause` in a few words."""
    return DeliveryError(
        f"the connection to {relay} failed while {stage} ({cause}); {_what_next(stage)}",
        reason=DeliveryReason.CONNECTION,
        is_channel_fault=True,
        in_doubt=stage is Stage.BODY,
    )


def misconfigured(relay: Relay, what: str) -> DeliveryError:
    """Make the error of a relay and a configuration that do not fit together."""
    return DeliveryError(
        f"{relay} cannot be used as [email] says: {what}",
        reason=DeliveryReason.CONFIG,
        is_permanent=True,
        is_channel_fault=True,
    )


def unsendable(what: str) -> DeliveryError:
    """Make the error of a mail or an address that cannot be sent at all."""
    return DeliveryError(f"the mail cannot be sent: {what}", reason=DeliveryReason.REJECTED, is_permanent=True)


def _what_next(stage: Stage) -> str:
    if stage is Stage.BODY:
        return "nobody knows whether it took the mail"
    if stage is Stage.CONNECT:
        return "it will be tried again; if that goes on, check host, port and tls in [email]"
    return "it will be tried again"


def _advice(stage: Stage, code: int, reply: str) -> str:
    found = _THREE_PART.search(reply)
    three_part = found[0] if found else ""
    for row_code, start, stages, advice in _ADVICE:
        starts = not start or three_part == start or three_part.startswith(start + ".")
        if row_code == code and starts and (stages is None or stage in stages):
            return advice
    return _OTHERWISE[str(code)[0]]


def _reason(stage: Stage, code: int) -> DeliveryReason:
    if code in _LOGIN_CODES or (stage is Stage.LOGIN and code >= 500):
        return DeliveryReason.AUTH
    return DeliveryReason.SERVER if code < 500 else DeliveryReason.REJECTED


def _is_channel_fault(stage: Stage, code: int) -> bool:
    if code in (421, *_LOGIN_CODES):
        return True
    if stage is Stage.SENDER:
        return code >= 500 and code != _TOO_BIG
    return stage not in (Stage.RECIPIENT, Stage.BODY)
