from __future__ import annotations

import pytest

from order_status_plugin.tracking.contact import normalise_phone, phone_digest, phone_digests


@pytest.mark.parametrize(
    "typed",
    [
        "+31 6 1234 5642",
        "0031612345642",
        "06-12345642",
        "(06) 12 34 56 42",
        "６１２３４５６４２",
        "+31 (0)6 12345642",
        "tel:0612345642",
    ],
)
def test_a_phone_number_is_the_same_however_it_is_written(typed):
    assert normalise_phone(typed) == normalise_phone("+31612345642", "NL") == "612345642"


@pytest.mark.parametrize(
    ("kept", "country", "typed"),
    [
        ("06 12 34 56 42", "NL", "+31612345642"),  # given at checkout without a country
        ("+3545551234", "IS", "555 1234"),  # shorter than what is compared
        ("(212) 555-0123", "US", "+1 212 555 0123"),
        ("+39 06 698 12345", "IT", "06 698 12345"),  # the zero belongs to it
    ],
)
def test_what_was_given_at_checkout_meets_what_is_typed_later(kept, country, typed):
    assert phone_digest(kept, country) in phone_digests(typed)


@pytest.mark.parametrize("typed", ["", "12345", "noor612345642@example.org", "abc", "+"])
def test_what_is_no_phone_number_has_none(typed):
    assert normalise_phone(typed, "NL") == ""
    assert phone_digest(typed) == ""
