"""The ``.order`` file: the order, its pictures and texts, a list of their digests, and a signature over that list."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any
from urllib.parse import urljoin

from django.urls import reverse
from django.utils import translation

from ..access.links import order_url
from ..channels.base import OrderIssuer
from ..cms.logo_file import logo_png
from ..cms.look import Look, look_for
from ..messages.language import language_of
from ..tracking.models import Order
from ..view.languages import codes
from ..view.model import WalletView
from ..view.wallet import build_wallet, wallet_facts
from . import order_file
from .tokens import token_for

CONTENT_TYPE = "application/vnd.apple.order"
#: Of every file in the archive: when it was packed tells nobody anything.
_DATE = (2000, 1, 1, 0, 0, 0)


def package(order: Order, alias: str, issuer: OrderIssuer) -> bytes:
    """Return the file of an order that was not erased, in the order's language and the others that the shop has.

    Raises ValueError, OSError or ImportError where it cannot be signed.
    """
    files = contents(order, alias, issuer)
    manifest = _json({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})
    return _zipped({**files, "manifest.json": manifest, "signature": issuer.sign(manifest)})


def contents(order: Order, alias: str, issuer: OrderIssuer) -> dict[str, bytes]:
    """Return what is signed, by name."""
    look = look_for(order.site_id)
    own, others = _views(order, issuer, look)
    logo = issuer.logo() or logo_png(look.site_id, look.logo)
    link = order_url(order)
    written = order_file.write(
        own,
        order_type=issuer.order_type,
        uid=order.locator,
        merchant=issuer.merchant,
        shop_url=urljoin(link, "/"),
        link=link,
        has_logo=bool(logo),
    )
    files = {"order.json": _json({**written, **_service(order, alias, link)})}
    if logo:
        files[order_file.LOGO] = logo
    for language, view in others.items():
        if texts := order_file.strings(own, view):
            files[f"{order_file.folder(language)}/order.strings"] = texts
    return files


def _service(order: Order, alias: str, link: str) -> dict[str, str]:
    """Return where a device asks for a newer one, and how it proves itself. Apple takes nothing but TLS."""
    url = urljoin(link, reverse("order_status:wallet", kwargs={"alias": alias}))
    return {"webServiceURL": url, "authenticationToken": token_for(order, alias)} if url.startswith("https://") else {}


def _views(order: Order, issuer: OrderIssuer, look: Look) -> tuple[WalletView, dict[str, WalletView]]:
    """Return the order in its own language, and in each other one: from the same rows, read once."""
    facts = wallet_facts(order)
    if facts is None:
        raise ValueError("an erased order has no file")
    own = language_of(order.locale)
    views = {}
    for language in dict.fromkeys((own, *codes())):
        with translation.override(language):
            views[language] = build_wallet(order, facts, look, with_address=issuer.shows_address)
    return views.pop(own), views


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
