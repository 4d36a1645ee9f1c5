"""Every row of the headline table."""

from __future__ import annotations

import pytest

from order_status_plugin.events import Headline as H
from order_status_plugin.events import OrderState, ParcelStatus, PaymentState
from order_status_plugin.tracking.headline import OrderFacts, ParcelFacts, headline

S = ParcelStatus


def order(*parcels: ParcelFacts | S, to_send: int = 2, sent: int | None = None, **more: object) -> H:
    facts = [p if isinstance(p, ParcelFacts) else ParcelFacts(status=p, is_live=True) for p in parcels]
    given: dict[str, object] = {"state": OrderState.OPEN, **more}
    return headline(
        OrderFacts(to_send=to_send, sent=(to_send if facts else 0) if sent is None else sent, parcels=facts, **given)  # type: ignore[arg-type]
    )


unfollowed = ParcelFacts(status=S.UNKNOWN, is_live=False)
tried = ParcelFacts(status=S.ATTEMPTED_DELIVERY, is_live=True, is_attempt_open=True)
at_the_shop = ParcelFacts(status=S.READY_FOR_PICKUP, is_live=True, is_attempt_open=True)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (order(), H.CONFIRMED),
        (order(state=OrderState.CANCELLED), H.CANCELLED),
        (order(S.IN_TRANSIT, state=OrderState.CANCELLED), H.CANCELLED),
        (order(payment=PaymentState.REFUNDED), H.REFUNDED),
        (order(state=OrderState.REFUNDED), H.REFUNDED),
        (order(S.DELIVERED, payment=PaymentState.REFUNDED), H.DELIVERED),
        (order(S.DELIVERED, S.COLLECTED), H.DELIVERED),
        (order(S.RETURNED, S.RETURNING), H.RETURNED),
        (order(tried, S.OUT_FOR_DELIVERY), H.ATTEMPTED_DELIVERY),
        (order(at_the_shop), H.ATTEMPTED_DELIVERY),
        (order(S.OUT_FOR_DELIVERY, S.IN_TRANSIT), H.OUT_FOR_DELIVERY),
        (order(S.READY_FOR_PICKUP), H.OUT_FOR_DELIVERY),
        (order(S.DELIVERED, S.LOST), H.DELIVERED_IN_PART),
        (order(S.LOST), H.LOST),
        (order(S.LOST, S.RETURNED), H.RETURNED),
        (order(S.CONFIRMED), H.IN_TRANSIT),
        (order(S.LABEL_CREATED), H.IN_TRANSIT),
        (order(S.DELIVERED, sent=1), H.IN_TRANSIT),
        (order(S.DELIVERED, unfollowed), H.IN_TRANSIT),
        (order(S.IN_TRANSIT, unfollowed), H.IN_TRANSIT),
        (order(unfollowed, unfollowed), H.SENT),
        (order(unfollowed, sent=1), H.SENT),
        (order(to_send=0, state=OrderState.COMPLETE), H.DELIVERED),
        (order(to_send=0), H.CONFIRMED),
        (order(S.CANCELLED, sent=0), H.CONFIRMED),
        (order(S.CANCELLED, S.DELIVERED), H.DELIVERED),
        (order(S.UNKNOWN), H.IN_TRANSIT),
    ],
)
def test_the_first_row_that_fits(found: H, expected: H) -> None:
    assert found is expected
