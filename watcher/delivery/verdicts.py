"""Classify failed deliveries: whose failure it is decides what waits. One pure function and its tables.

- The *channel*: the next message would fail too. The channel waits and is probed.
- The *recipient*: this destination accepts nothing. Other recipients are not affected.
- The *message*: only this one is refused. The next one is sent, to the same recipient too.
- *Unclear*: everything was handed over and there was no readable reply.

A failure that may be the message's own counts as the message's, because one bad message must not stop a channel. If a
channel accepts no message at all, several in a row fail (`pipeline.settle`).

Codes: RFC 5321 section 4.2, enhanced ones RFC 3463 and the IANA registry; HTTP: RFC 9110 section 15. Does not word
anything (`delivery.smtp_errors`, `delivery.http_post`) and does not decide when to try again (`delivery.backoff`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from watcher.delivery.slack_words import LATER, is_about_form, is_gone
from watcher.errors import DeliveryReason, Lasts, Whose


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
class SmtpAnswer:
    """A relay's reply.

    Attributes:
        stage: What it was asked.
        code: Three digits; outside of 400 to 599 the reply counts as unreadable.
        reply: Its text as one safe line; may start with an enhanced code.
    """

    stage: Stage
    code: int
    reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """A connection to a relay broke or timed out at a stage."""

    stage: Stage
    is_silent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A hook's response that is not a success."""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackAnswer:
    """Slack's response, status and error word, that is not a success."""

    status: int
    word: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose failure it is, how long it lasts, and its class."""

    whose: Whose
    lasts: Lasts
    reason: DeliveryReason


_CHANNEL_PASSES = Verdict(Whose.CHANNEL, Lasts.PASSING, DeliveryReason.SERVER)
_CHANNEL_LIMITS = Verdict(Whose.CHANNEL, Lasts.PASSING, DeliveryReason.RATE_LIMITED)
_CHANNEL_REFUSES = Verdict(Whose.CHANNEL, Lasts.LASTING, DeliveryReason.REJECTED)
_LOGIN_REFUSED = Verdict(Whose.CHANNEL, Lasts.LASTING, DeliveryReason.AUTH)
_CHANNEL_MISCONFIGURED = Verdict(Whose.CHANNEL, Lasts.LASTING, DeliveryReason.CONFIG)
_RECIPIENT_PASSES = Verdict(Whose.RECIPIENT, Lasts.PASSING, DeliveryReason.SERVER)
_RECIPIENT_FULL = Verdict(Whose.RECIPIENT, Lasts.DAYS, DeliveryReason.REJECTED)
_RECIPIENT_REFUSED = Verdict(Whose.RECIPIENT, Lasts.LASTING, DeliveryReason.REJECTED)
_RECIPIENT_GONE = Verdict(Whose.RECIPIENT, Lasts.LASTING, DeliveryReason.CONFIG)
_MESSAGE_PASSES = Verdict(Whose.MESSAGE, Lasts.PASSING, DeliveryReason.SERVER)
_MESSAGE_REFUSED = Verdict(Whose.MESSAGE, Lasts.LASTING, DeliveryReason.REJECTED)

_BEFORE_THE_MAIL = (Stage.CONNECT, Stage.HELLO, Stage.TLS, Stage.LOGIN)
_ENVELOPE = (Stage.SENDER, Stage.RECIPIENT)
_LOGIN_CODES = (530, 534, 535, 538)
_GREYLISTING = re.compile(r"gr[ea]y[ -]?list|gr[ea]ylst|come back later", re.IGNORECASE)

# (stages, codes, beginnings of the enhanced code; empty for all of them) → verdict. The first matching row counts.
_SMTP: tuple[tuple[tuple[Stage, ...], tuple[int, ...], tuple[str, ...], Verdict], ...] = (
    # before a mail is concerned
    ((), _LOGIN_CODES, (), _LOGIN_REFUSED),
    ((Stage.LOGIN,), tuple(range(500, 600)), (), _LOGIN_REFUSED),
    (_BEFORE_THE_MAIL, tuple(range(400, 500)), (), _CHANNEL_PASSES),
    (_BEFORE_THE_MAIL, tuple(range(500, 600)), (), _CHANNEL_REFUSES),
    # the day's quota of Gmail: https://support.google.com/a/answer/3726730
    ((), (550, 552), ("5.4.5",), _CHANNEL_LIMITS),
    # a sender that this log-in may not use: https://learn.microsoft.com/exchange/troubleshoot/email-delivery/send-as-denied
    ((), (550, 554), ("5.2.252", "5.7.60"), _CHANNEL_REFUSES),
    # size: of this mail, at whatever stage it is noticed
    ((), tuple(range(500, 600)), ("5.3.4", "5.2.3"), _MESSAGE_REFUSED),
    # a full mailbox
    ((Stage.RECIPIENT, Stage.BODY), tuple(range(500, 600)), ("5.2.2",), _RECIPIENT_FULL),
    ((Stage.RECIPIENT,), (552,), (), _RECIPIENT_FULL),
    # MAIL FROM names the sender, and the mail's size (RFC 1870)
    ((Stage.SENDER,), (552,), (), _MESSAGE_REFUSED),
    ((Stage.SENDER,), tuple(range(400, 500)), ("4.3.2", "4.5.3", "4.7"), _CHANNEL_LIMITS),
    ((Stage.SENDER,), (452,), (), _MESSAGE_PASSES),
    ((Stage.SENDER,), tuple(range(400, 500)), (), _CHANNEL_PASSES),
    ((Stage.SENDER,), tuple(range(500, 600)), (), _CHANNEL_REFUSES),
    # RCPT TO; greylisting is looked for before
    ((Stage.RECIPIENT,), (421,), (), _MESSAGE_PASSES),
    ((Stage.RECIPIENT,), tuple(range(400, 500)), ("4.7", "4.3.2", "4.5.3"), _CHANNEL_LIMITS),
    ((Stage.RECIPIENT,), tuple(range(400, 500)), ("4.3",), _CHANNEL_PASSES),
    ((Stage.RECIPIENT,), tuple(range(400, 500)), (), _RECIPIENT_PASSES),
    ((Stage.RECIPIENT,), tuple(range(500, 600)), (), _RECIPIENT_REFUSED),
    # DATA and the mail itself
    ((Stage.BODY,), tuple(range(400, 500)), (), _MESSAGE_PASSES),
    ((Stage.BODY,), tuple(range(500, 600)), (), _MESSAGE_REFUSED),
)

# Statuses (first, last) → verdict; the first matching row counts.
_HTTP: tuple[tuple[int, int, Verdict], ...] = (
    (401, 401, _LOGIN_REFUSED),
    (403, 403, _LOGIN_REFUSED),
    (404, 404, _MESSAGE_PASSES),
    (407, 407, _CHANNEL_MISCONFIGURED),  # a proxy on the way answers so; the hook has seen nothing
    (408, 409, _MESSAGE_PASSES),
    (410, 410, _RECIPIENT_GONE),
    (425, 425, _MESSAGE_PASSES),
    (429, 429, _CHANNEL_LIMITS),
    (300, 399, _CHANNEL_MISCONFIGURED),
    (400, 499, _MESSAGE_REFUSED),
    (500, 599, _MESSAGE_PASSES),
)

_THREE_PART = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")


def classify(answer: SmtpAnswer | NoAnswer | HttpAnswer | SlackAnswer) -> Verdict:
    """Classify any response that is not a success."""
    match answer:
        case SmtpAnswer():
            return _of_smtp(answer)
        case NoAnswer():
            return _of_silence(answer)
        case HttpAnswer():
            return _of_http(answer.status)
        case SlackAnswer():
            return _of_slack(answer)


def enhanced_code(reply: str) -> str:
    """Return the three-part code in a relay's reply, or an empty text."""
    found = _THREE_PART.search(reply)
    return found[0] if found else ""


def is_within(three_part: str, start: str) -> bool:
    """Return True if an enhanced code starts with these whole parts: `5.7.26` is not within `5.7.2`."""
    return not start or three_part == start or three_part.startswith(start + ".")


def is_greylisting(answer: SmtpAnswer) -> bool:
    """Return True if a reply is greylisting (RFC 6647)."""
    return answer.stage is Stage.RECIPIENT and 400 <= answer.code < 500 and bool(_GREYLISTING.search(answer.reply))


def _of_smtp(answer: SmtpAnswer) -> Verdict:
    if not 400 <= answer.code <= 599:
        whose = Whose.UNCLEAR if answer.stage is Stage.BODY else Whose.CHANNEL
        return Verdict(whose, Lasts.PASSING, DeliveryReason.SERVER)
    if is_greylisting(answer):
        return _RECIPIENT_PASSES
    three_part = enhanced_code(answer.reply)
    return next(
        verdict
        for stages, codes, starts, verdict in _SMTP
        if (not stages or answer.stage in stages)
        and answer.code in codes
        and (not starts or any(is_within(three_part, start) for start in starts))
    )


def _of_silence(answer: NoAnswer) -> Verdict:
    """Classify a broken connection: the channel's before a mail is named, then that mail's."""
    reason = DeliveryReason.TIMEOUT if answer.is_silent else DeliveryReason.CONNECTION
    if answer.stage is Stage.BODY:
        return Verdict(Whose.UNCLEAR, Lasts.PASSING, reason)
    return Verdict(Whose.MESSAGE if answer.stage in _ENVELOPE else Whose.CHANNEL, Lasts.PASSING, reason)


def _of_http(status: int) -> Verdict:
    fitting = (verdict for first, last, verdict in _HTTP if first <= status <= last)
    return next(fitting, _CHANNEL_PASSES)  # 1xx or 2xx that a hook would not send: a proxy answered


def _of_slack(answer: SlackAnswer) -> Verdict:
    """Classify by Slack's error word if it is known, else by status. The Web API always answers 200."""
    if is_gone(answer.word):
        return _CHANNEL_MISCONFIGURED
    if answer.word in LATER:
        return _CHANNEL_LIMITS
    if is_about_form(answer.word):
        return _MESSAGE_REFUSED
    if answer.status == 200 and answer.word:
        return _MESSAGE_PASSES
    return _of_http(answer.status)
