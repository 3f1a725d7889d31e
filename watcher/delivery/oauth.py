"""Gets access tokens for a relay that wants no password: client credentials, or a refresh token.

One POST through the door to HTTP; the token is kept until shortly before it ends. Does not open a browser and stores
nothing: how the refresh token came to be is the operator's affair.
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
"""Octets of an answer that are looked at; tokens have a few thousand."""

ENDS_EARLY = 120.0
"""Seconds before its end at which a token is not begun with any more: a mail may take that long."""

UNTOLD_LIFE = 600.0
"""Seconds a token is kept whose answer does not tell its life. Ours; RFC 6749 only recommends telling."""

_LONGEST_LIFE = 8
"""Digits of a token's life in seconds that are believed: three years."""

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
    """Return access tokens for one mailbox.

    Args:
        poster: The door to HTTP.
        config: `oauth` of `[email]`.
        client_secret: The secret it names, already read; None when it names none.
        refresh_token: The same; None for the client's own credentials.
        monotonic: Seconds of a clock that never steps back.
        kept: Where tokens are kept while the program runs: a mark of the settings → token and end.
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
        """Return the mailbox the tokens are for."""
        return self._config.user

    async def token(self) -> str:
        """Return a token that is good for the next mail.

        Raises:
            DeliveryError: None was given; the text holds no secret.
        """
        token, ends = self._kept.get(self._mark(), ("", 0.0))
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
        token, life = self._read(target, answer)
        self._kept[self._mark()] = (token, self._monotonic() + life)
        return token

    def forget(self) -> None:
        """Forget the token: the relay did not take it."""
        self._kept.pop(self._mark(), None)

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

    def _mark(self) -> str:
        pieces = (self._config.token_url, self._config.user, *self._form().values())
        return hashlib.sha256("\0".join(pieces).encode()).hexdigest()

    def _read(self, target: Target, answer: HttpReply) -> tuple[str, float]:
        said = read_object(answer.body) or {}
        token, life = said.get("access_token"), said.get("expires_in")
        if answer.status == 200 and isinstance(token, str) and token.isascii() and token.isprintable() and token:
            return token, _seconds(life)
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
    """Return the same failure as one of the channel: no mail has a part in a token that is not given."""
    lasts = Lasts.PASSING if status >= 500 or status in _LATER else Lasts.LASTING
    return DeliveryError(
        str(error), reason=error.reason, whose=Whose.CHANNEL, lasts=lasts, retry_after=error.retry_after
    )


def _seconds(life: object) -> float:
    """Return how many seconds a token lives, by what the answer says or by our own rule."""
    told = str(life) if isinstance(life, int | float | str) and not isinstance(life, bool) else ""
    is_told = told.isascii() and told.isdigit() and len(told) <= _LONGEST_LIFE
    return float(told) if is_told else UNTOLD_LIFE
