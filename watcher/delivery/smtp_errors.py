"""The errors for a relay's refusals, with advice for the operator.

Pure: codes and texts in, `DeliveryError` out. `delivery.verdicts` decides whose failure it is; this module words it.
Codes are those of RFC 5321 section 4.2, enhanced ones those of RFC 3463 and the IANA registry.
"""

from __future__ import annotations

from dataclasses import dataclass

from watcher.delivery.verdicts import NoAnswer, SmtpAnswer, Stage, classify, enhanced_code, is_greylisting, is_within
from watcher.errors import DeliveryError, DeliveryReason, Lasts, Whose


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """Host and port of the relay, for sentences."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return its name for a sentence."""
        return f"the mail relay {self.host}:{self.port}"


_NOT_THIS_SENDER = (
    "the relay does not take mail from this sender; set from in [email] to an address this log-in may use"
)

_FULL = "the recipient's mailbox is full and has to make room; it will be tried again daily"
_TOO_LARGE = "the mail is larger than the relay takes; watch fewer trials per recipient or send more often"

# (code, start of the three-part code, stages or None for all, advice). The first matching row counts.
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
    *((code, "5.2.2", None, _FULL) for code in (550, 552, 554)),
    *((code, start, None, _TOO_LARGE) for code in (550, 552, 554) for start in ("5.3.4", "5.2.3")),
    # https://support.google.com/a/answer/3726730
    (550, "5.4.5", None, "Gmail's daily limit is used up; what waits goes out when it takes mail again"),
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
    (552, "", (Stage.RECIPIENT,), _FULL),
    (552, "", None, _TOO_LARGE),
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
    (450, "", (Stage.RECIPIENT,), "the mailbox is busy for now; it will be tried again"),
    (451, "", None, "the relay has trouble of its own; it will be tried again"),
    (452, "", None, "the relay or the mailbox has no room for now; it will be tried again"),
)
_OTHERWISE = {
    "4": "it will be tried again",
    "5": "its postmaster can say why",
}
_LIMITED = "the relay takes no more for now; everything that waits goes out when it does"
_GREYLISTED = "the relay wants to see the mail twice; it will be tried again"


def refused(relay: Relay, stage: Stage, code: int, reply: str) -> DeliveryError:
    """Return the error for a refusal.

    Args:
        relay: The relay.
        stage: What it was asked.
        code: Three-digit code; outside of 400 to 599 the reply counts as unreadable.
        reply: Its text as one safe line.

    Returns:
        The error, classified by `delivery.verdicts`. An unreadable reply to the mail itself is unclear.
    """
    if not 400 <= code <= 599:
        return unreadable(relay, stage, f"{code} {reply}")
    answer = SmtpAnswer(stage=stage, code=code, reply=reply)
    verdict = classify(answer)
    return DeliveryError(
        f"{relay} refused while {stage}: {code} {reply}".rstrip() + f" — {_advice(answer, verdict.reason)}",
        reason=verdict.reason,
        whose=verdict.whose,
        lasts=verdict.lasts,
    )


def unreadable(relay: Relay, stage: Stage, words: str) -> DeliveryError:
    """Return the error for a reply that is not SMTP."""
    verdict = classify(SmtpAnswer(stage=stage, code=0))
    return DeliveryError(
        f"{relay} gave an answer that is not SMTP while {stage}: {words}; check host, port and tls in [email]",
        reason=verdict.reason,
        whose=verdict.whose,
    )


def silent(relay: Relay, stage: Stage, seconds: float) -> DeliveryError:
    """Return the error for a timeout."""
    verdict = classify(NoAnswer(stage=stage, is_silent=True))
    return DeliveryError(
        f"{relay} did not answer within {seconds:g} s while {stage}; {_what_next(stage)}",
        reason=verdict.reason,
        whose=verdict.whose,
    )


def dropped(relay: Relay, stage: Stage, cause: str) -> DeliveryError:
    """Return the error for a connection that failed or broke; `cause` in a few words."""
    verdict = classify(NoAnswer(stage=stage))
    return DeliveryError(
        f"the connection to {relay} failed while {stage} ({cause}); {_what_next(stage)}",
        reason=verdict.reason,
        whose=verdict.whose,
    )


def misconfigured(relay: Relay, what: str) -> DeliveryError:
    """Return the error for a relay that does not fit the configuration."""
    return DeliveryError(
        f"{relay} cannot be used as [email] says: {what}",
        reason=DeliveryReason.CONFIG,
        whose=Whose.CHANNEL,
        lasts=Lasts.LASTING,
    )


def unsendable(what: str) -> DeliveryError:
    """Return the error for a mail that cannot be sent at all."""
    return DeliveryError(
        f"the mail cannot be sent: {what}",
        reason=DeliveryReason.REJECTED,
        whose=Whose.MESSAGE,
        lasts=Lasts.LASTING,
    )


def unreachable(what: str) -> DeliveryError:
    """Return the error for an address that no mail can be sent to."""
    return DeliveryError(
        f"the mail cannot be sent: {what}",
        reason=DeliveryReason.CONFIG,
        whose=Whose.RECIPIENT,
        lasts=Lasts.LASTING,
    )


def _what_next(stage: Stage) -> str:
    if stage is Stage.BODY:
        return "nobody knows whether it took the mail"
    if stage is Stage.CONNECT:
        return "it will be tried again; if that goes on, check host, port and tls in [email]"
    return "it will be tried again"


def _advice(answer: SmtpAnswer, reason: DeliveryReason) -> str:
    if is_greylisting(answer):
        return _GREYLISTED
    if reason is DeliveryReason.RATE_LIMITED and answer.code < 500:
        return _LIMITED
    three_part = enhanced_code(answer.reply)
    for code, start, stages, advice in _ADVICE:
        if code == answer.code and is_within(three_part, start) and (stages is None or answer.stage in stages):
            return advice
    return _OTHERWISE[str(answer.code)[0]]
