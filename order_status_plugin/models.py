"""The index of our tables; each lives in its room. Those of the adapters are found where they are."""

from __future__ import annotations

from . import hosts
from .access.api_keys import ApiKey
from .access.models import (
    AttemptCount,
    AuditEntry,
    Device,
    Grant,
    LinksRequest,
    MailedCode,
    ShareLink,
    SpentClaim,
    StaffView,
)
from .carriers.models import MerchantCarrier
from .cms.brand import BrandSettings
from .cms.models import ContentEpoch, OrderNote, OrderNoteEdit
from .cms.special import SpecialMessage
from .cms.texts import MessageText
from .feedback.models import Feedback
from .intake.models import InboxMessage
from .messages.budget import SentCount
from .messages.corrected import CorrectedContact
from .messages.ledger import ConsentEntry
from .messages.models import ChannelState, MessageAttempt, OutboxMessage, Stall
from .messages.rules import MessageRules
from .messages.subscriptions import Subscription
from .messages.suppression import Suppression
from .outgoing.models import WebhookDelivery, WebhookEndpoint
from .page.models import KeptPage, PageViewCount
from .polling.models import Poll, SourceState
from .staff.models import NumberImport, NumberImportLine
from .tracking.models import (
    DeliveryEstimate,
    Fulfillment,
    FulfillmentLine,
    Order,
    OrderContact,
    OrderLine,
    Parcel,
    TrackingEvent,
)
from .wallet.devices import WalletRegistration
from .worker.models import Pulse

__all__ = [
    "ApiKey",
    "AttemptCount",
    "AuditEntry",
    "BrandSettings",
    "ChannelState",
    "ConsentEntry",
    "ContentEpoch",
    "CorrectedContact",
    "DeliveryEstimate",
    "Device",
    "Feedback",
    "Fulfillment",
    "FulfillmentLine",
    "Grant",
    "InboxMessage",
    "KeptPage",
    "LinksRequest",
    "MailedCode",
    "MerchantCarrier",
    "MessageAttempt",
    "MessageRules",
    "MessageText",
    "NumberImport",
    "NumberImportLine",
    "Order",
    "OrderContact",
    "OrderLine",
    "OrderNote",
    "OrderNoteEdit",
    "OutboxMessage",
    "PageViewCount",
    "Parcel",
    "Poll",
    "Pulse",
    "SentCount",
    "ShareLink",
    "SourceState",
    "SpecialMessage",
    "SpentClaim",
    "StaffView",
    "Stall",
    "Subscription",
    "Suppression",
    "TrackingEvent",
    "WalletRegistration",
    "WebhookDelivery",
    "WebhookEndpoint",
]

for _adapter, _models in hosts.parts("models"):
    pass  # to be imported is all that a model needs
