from __future__ import annotations

from .fixtures import apns as apns
from .fixtures import authority as authority
from .fixtures import wallet as wallet
