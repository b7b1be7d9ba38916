"""How long a vendor's TLS certificate lasts."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from monitor.calling.transport import tls_context
from monitor.calling.urls import place
from monitor.model import Vendor

_HTTPS: Final = 443


def expiry(vendor: Vendor) -> datetime | None:
    """When the certificate that the vendor shows ends, in UTC, over a connection of our own, proxies passed by.

    None where there is none, where it is not verified (then Python does not read it), or where no connection comes
    about. Raises ConfigError for a ``verify`` file that cannot be used.
    """
    parts = urlsplit(vendor.base_url)
    if parts.scheme != "https" or vendor.verify is False:
        return None
    context = tls_context(vendor)
    host = place(vendor.base_url).rpartition(":")[0].strip("[]")
    address = (host, parts.port or _HTTPS)
    try:
        with (
            socket.create_connection(address, vendor.limits.connect_timeout) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            end = (secure.getpeercert() or {}).get("notAfter")
    except OSError:  # ssl's too
        return None
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC) if isinstance(end, str) else None
