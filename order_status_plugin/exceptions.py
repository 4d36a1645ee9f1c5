"""What can go wrong at our doors. The docstring of each is its message."""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured, SuspiciousOperation

from .statuses import Delivery


class OrderStatusError(Exception):
    """Something in order_status_plugin failed."""

    def __init__(self, message: str = "") -> None:
        """Take the message, or the docstring where none is given."""
        super().__init__(message or (self.__doc__ or "").strip())


class BackendError(OrderStatusError, ImproperlyConfigured):
    """A backend of ORDER_STATUS cannot be used."""


class UntrustedWebhook(OrderStatusError, SuspiciousOperation):
    """The signature of this webhook is missing or wrong."""


class UnreadableMessage(OrderStatusError):
    """This body is not what its source documents; it is kept and can be replayed."""


class UnknownParcel(OrderStatusError):
    """No parcel has this carrier and number yet; the message waits for it."""

    def __init__(self, message: str = "", *, number_key: str = "") -> None:
        """Keep the normalised number that is waited for."""
        super().__init__(message)
        self.number_key = number_key


class CarrierNotOpen(OrderStatusError):
    """The carrier of this parcel is not for us to choose: its shop names one, or the same parcel stands beside it."""


class UnknownOrder(OrderStatusError):
    """The host has no such order."""


class NotOurs(UnknownOrder):
    """The host has this order, and its OPTIONS leave it out: there is nothing to do, and nothing wrong."""


class TemporaryFailure(OrderStatusError):
    """It did not work now and may work later: try again."""

    def __init__(
        self,
        message: str = "",
        *,
        retry_after: float | None = None,
        may_have_arrived: bool = False,
        status: int | None = None,
    ) -> None:
        """Keep how many seconds the other side asked us to wait, if it did, and the HTTP status of its answer.

        ``may_have_arrived``: what was handed over may have been taken all the same, e.g. no answer came in time.
        """
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.may_have_arrived = may_have_arrived


class PermanentFailure(OrderStatusError):
    """It did not work and never will as it is: do not try again."""

    def __init__(self, message: str = "", *, status: int | None = None) -> None:
        """Keep the HTTP status of the other side's answer, if there was one."""
        super().__init__(message)
        self.status = status


class AccessDenied(PermanentFailure):
    """The other side does not accept our credentials."""


class GoneRecipient(PermanentFailure):
    """Nobody is reached at this address any more: nothing is sent there again until the customer gives it anew."""

    def __init__(self, message: str = "", *, delivery: Delivery = Delivery.BOUNCED, status: int | None = None) -> None:
        """Keep why: BOUNCED, COMPLAINED, or OPTED_OUT where the provider knows of a STOP, which START takes back."""
        super().__init__(message, status=status)
        self.delivery = delivery
