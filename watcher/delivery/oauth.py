"""Gets access tokens for a relay: with client credentials or a refresh token.

Keeps a token in memory until shortly before it expires. Does not open a browser and stores nothing; the operator
provides the refresh token.
Source: https://www.rfc-editor.org/rfc/rfc6749 (sections 4.4, 5.1, 5.2, 6)
"""

from __future__ import annotations

import hashlib
import urllib.parse
from collections.abc import Callable, MutableMapping

from watcher.config.config_model import OAuthConfig
from watcher.delivery.http_post import HttpReply, Poster, Target, read_address, refusal
from watcher.delivery.reply_text import one_line, read_object
from watcher.errors import DeliveryError, DeliveryReason, Lasts, Whose

LONGEST_ANSWER = 64_000
"""Most octets read of a response; tokens have a few thousand."""

ENDS_EARLY = 120.0
"""Seconds before its expiry at which a token is no longer used: a mail may take that long."""

DEFAULT_LIFETIME = 600.0
"""Seconds to keep a token without a stated lifetime. RFC 6749 only recommends stating it."""

_LIFETIME_DIGITS = 8
"""Most digits of a lifetime in seconds that we accept: three years."""

_LATER = (408, 425, 429)

_ADVICE = {
    "invalid_client": "check client_id and client_secret of oauth in [email]; client secrets expire, too",
    "invalid_grant": "the refresh token is not valid any more; get a new one, store it, and use it at least every "
    "90 days",
    "invalid_scope": "check scope of oauth in [email]",
    "unauthorized_client": "the client may not use this way; allow it where the client is registered",
    "unsupported_grant_type": "it does not know this way; check token_url of oauth in [email]",
    "invalid_request": "check token_url, client_id and scope of oauth in [email]",
}


class Tokens:
    """Get access tokens for one mailbox.

    Args:
        poster: Sends the HTTP requests.
        config: `oauth` of `[email]`.
        client_secret: The client secret, or None.
        refresh_token: The refresh token; None to use client credentials.
        monotonic: Seconds of a clock that never steps back.
        kept: Tokens of this process: hash of the settings → token and expiry.
    """

    def __init__(
        self,
        poster: Poster,
        config: OAuthConfig,
        *,
        client_secret: str | None,
        refresh_token: str | None,
        monotonic: Callable[[], float],
        kept: MutableMapping[str, tuple[str, float]],
    ) -> None:
        self._poster = poster
        self._config = config
        self._client_secret = client_secret
        self._refresh_token = refresh_token
        self._monotonic = monotonic
        self._kept = kept

    @property
    def user(self) -> str:
        """Return the mailbox of the tokens."""
        return self._config.user

    async def token(self) -> str:
        """Return a token that is valid for the next mail.

        Raises:
            DeliveryError: There is none; the text contains no secret.
        """
        token, ends = self._kept.get(self._key(), ("", 0.0))
        if token and self._monotonic() < ends - ENDS_EARLY:
            return token
        target = read_address(self._config.token_url, "token endpoint")
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        body = urllib.parse.urlencode(self._form()).encode()
        try:
            answer = await self._poster.post(target, body, headers, lambda _step: None)
        except DeliveryError as error:
            failure = DeliveryError(
                f"{target}: no answer; no mail was begun, it will be tried again" if error.in_doubt else str(error),
                reason=error.reason,
                whose=Whose.CHANNEL,
                lasts=error.lasts,
            )
        else:
            return self._keep(target, answer)
        raise failure

    def _keep(self, target: Target, answer: HttpReply) -> str:
        token, lifetime = self._read(target, answer)
        self._kept[self._key()] = (token, self._monotonic() + lifetime)
        return token

    def forget(self) -> None:
        """Discard the token, since the relay refused it."""
        self._kept.pop(self._key(), None)

    def _form(self) -> dict[str, str]:
        config = self._config
        form = {"client_id": config.client_id, "grant_type": "client_credentials"}
        if self._refresh_token is not None:
            form |= {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        if self._client_secret is not None:
            form["client_secret"] = self._client_secret
        if config.scope:
            form["scope"] = config.scope
        return form

    def _key(self) -> str:
        pieces = (self._config.token_url, self._config.user, *self._form().values())
        return hashlib.sha256("\0".join(pieces).encode()).hexdigest()

    def _read(self, target: Target, answer: HttpReply) -> tuple[str, float]:
        said = read_object(answer.body) or {}
        token, lifetime = said.get("access_token"), said.get("expires_in")
        if answer.status == 200 and isinstance(token, str) and token.isascii() and token.isprintable() and token:
            return token, _seconds(lifetime)
        raise self._refused(target, answer, str(said.get("error") or ""), str(said.get("error_description") or ""))

    def _refused(self, target: Target, answer: HttpReply, error: str, description: str) -> DeliveryError:
        if answer.status == 429 or answer.status >= 500 or not error:
            clean = HttpReply(status=answer.status, text="", retry_after=answer.retry_after)
            if answer.status != 200:
                return _as_channels(refusal(target, clean), answer.status)
            return DeliveryError(
                f"{target} answered 200 without a token; check token_url of oauth in [email]",
                reason=DeliveryReason.AUTH,
                whose=Whose.CHANNEL,
                lasts=Lasts.LASTING,
            )
        secrets = [one for one in (self._client_secret, self._refresh_token) if one is not None]
        said = one_line(f"{error}: {description}" if description else error, secrets=secrets)
        is_passing = error == "temporarily_unavailable"
        advice = _ADVICE.get(error, "check oauth in [email], and the client where it is registered")
        return DeliveryError(
            f"{target} gave no token ({said}): {'it will be tried again' if is_passing else advice}",
            reason=DeliveryReason.AUTH,
            whose=Whose.CHANNEL,
            lasts=Lasts.PASSING if is_passing else Lasts.LASTING,
        )


def _as_channels(error: DeliveryError, status: int) -> DeliveryError:
    """Return the same failure as the channel's: a missing token has nothing to do with the mail."""
    lasts = Lasts.PASSING if status >= 500 or status in _LATER else Lasts.LASTING
    return DeliveryError(
        str(error), reason=error.reason, whose=Whose.CHANNEL, lasts=lasts, retry_after=error.retry_after
    )


def _seconds(lifetime: object) -> float:
    """Return a token's lifetime in seconds: the stated one, or ours if it is not valid."""
    stated = str(lifetime) if isinstance(lifetime, int | float | str) and not isinstance(lifetime, bool) else ""
    is_valid = stated.isascii() and stated.isdigit() and len(stated) <= _LIFETIME_DIGITS
    return float(stated) if is_valid else DEFAULT_LIFETIME
