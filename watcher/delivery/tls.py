"""How we check who we talk to."""

from __future__ import annotations

import ssl


def client_context() -> ssl.SSLContext:
    """Give a context that checks certificate and name against the system's authorities.

    `SSL_CERT_FILE` and `SSL_CERT_DIR` take their place when set (OpenSSL's own rule:
    https://docs.openssl.org/master/man3/SSL_CTX_load_verify_locations/). Reads them now, so what begins after a
    change sees it. Authorities that cannot be read are not an error here: nobody is trusted then.
    """
    return ssl.create_default_context()
