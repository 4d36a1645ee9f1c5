"""Many at once, and very many one after the other."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from order_status_plugin.intake.models import InboxMessage
from order_status_plugin.messages.models import OutboxMessage
from order_status_plugin.tracking.models import Fulfillment, Order, Parcel

from .double import KEY, OTHER_KEY, Saleor, post


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_fifty_copies_and_two_first_sights_at_once_are_one_effect(shop: Saleor) -> None:
    reference = shop.place()
    shop.fulfil(reference, {0: 1}, "1Z999AA10123456784")
    bodies = [
        (event, shop.body(event, reference))
        for event in ("fulfillment_tracking_number_updated", "fulfillment_created", "order_updated")
    ]
    calls = [(body, shop.headers(event, body)) for event, body in bodies]

    def send(number: int) -> int:
        try:
            return post(*calls[number % len(calls)])
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        answers = Counter(pool.map(send, range(50)))
    assert set(answers) <= {200, 202}, answers
    assert InboxMessage.objects.count() == len(bodies)
    assert (Order.objects.count(), Fulfillment.objects.count(), Parcel.objects.count()) == (1, 1, 1)
    told = OutboxMessage.objects.values_list("milestone", flat=True)
    assert len(set(told)) == len(told), "nobody is told twice"


def test_a_volume_of_forgeries_gets_in_nowhere(shop: Saleor, volume: str) -> None:
    tries = {"light": 200, "moderate": 500}.get(volume, 20_000)
    dice = random.Random(7)
    reference = shop.place()
    body = shop.body("order_updated", reference)
    headers = shop.headers("order_updated", body)
    foreign = OTHER_KEY.sign(body, kid=KEY.kid)
    answers: Counter[int] = Counter()
    for number in range(tries):
        forged, signature = bytearray(body), headers["Saleor-Signature"]
        if number % 3 == 0:
            forged[dice.randrange(len(forged))] ^= 1 << dice.randrange(8)
        elif number % 3 == 1:
            place = dice.randrange(len(signature) - 1)  # the last character has bits to spare
            other = dice.choice([each for each in "Aa0_.-" if each != signature[place]])
            signature = signature[:place] + other + signature[place + 1 :]
        else:
            signature = foreign
            forged += b" " * (number % 5)
        answers[post(bytes(forged), {**headers, "Saleor-Signature": signature})] += 1
    assert answers == {400: tries}
    assert not InboxMessage.objects.exists()
    assert shop.asked("OrderStatusOrder(") == 0
