"""The index of our tables; each lives in its room."""

from __future__ import annotations

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
from .hosts.pushed.models import PushedOrder
from .hosts.saleor.models import SaleorInstall, SaleorLink
from .intake.models import InboxMessage
from .messages.budget import SentCount
from .messages.corrected import CorrectedContact
from .messages.ledger import ConsentEntry
from .messages.models import ChannelState, MessageAttempt, OutboxMessage
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
    "PushedOrder",
    "SaleorInstall",
    "SaleorLink",
    "SentCount",
    "ShareLink",
    "SourceState",
    "SpecialMessage",
    "SpentClaim",
    "StaffView",
    "Subscription",
    "Suppression",
    "TrackingEvent",
    "WalletRegistration",
    "WebhookDelivery",
    "WebhookEndpoint",
]
