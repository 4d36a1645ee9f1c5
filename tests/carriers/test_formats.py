"""Every format of numbers by an example: told, ranked, and undone by one wrong check digit."""

from __future__ import annotations

import pytest

from order_status_plugin.carriers import catalogue
from order_status_plugin.carriers.catalogue import Evidence
from order_status_plugin.carriers.formats import FORMATS

#: One number of each format and whose it is. Those that https://github.com/jkeen/tracking_number_data (MIT) gives as
#: valid; Evri's and the second of DHL's pieces are made up.
EXAMPLES = {
    "s10": ("RB123456785GB", "royal-mail"),
    "ups-1z": ("1Z5R89390357567127", "ups"),
    "ups-waybill": ("K1506235620", "ups"),
    "usps-94": ("420787459400111206206406260787", "usps"),
    "usps-92": ("4201002334249200190132607600833457", "usps"),
    "usps-91": ("420 22153 9101026837331000039521", "usps"),
    "usps-20": ("7112 3456 7891 2345 6787", "usps"),
    "usps-20-91": ("7196 9010 7560 0307 7385", "usps"),
    "fedex-12": ("986578788855", "fedex"),
    "fedex-15": ("0414 4176 0228 964", "fedex"),
    "fedex-18": ("00 0123 4500 0000 0027", "fedex"),
    "fedex-96": ("9611020987654312345672", "fedex"),
    "fedex-96-34": ("9622001900000000000000776632517510", "fedex"),
    "fedex-34": ("1001921334250001000300779017972697", "fedex"),
    "fedex-32": ("32971514560102447849175802862014", "fedex"),
    "dhl-express": ("3318810025", "dhl-express"),
    "dhl-piece": ("JVGL0999999990", "dhl-express"),
    "dhl-piece-short": ("JJD009999999", "dhl-express"),
    "dhl-gm": ("GM2951173225174494", "dhl-ecommerce"),
    "dhl-asia": ("LX2951173225174494", "dhl-ecommerce"),
    "dhl-14": ("60120172242323", "dhl-ecommerce"),
    "dpd-28": ("00 81827 0998 0000 0200 33 350 276 C", "dpd"),
    "dpd-15": ("09 9800 0002 0033 F", "dpd"),
    "canada-post-16": ("0073938000549297", "canada-post"),
    "canpar-22": ("D576002440000001718010", "canpar"),
    "purolator-12": ("320595463938", "purolator"),
    "purolator-alpha": ("KYV009956937", "purolator"),
    "ontrac-c": ("C11031500001879", "ontrac"),
    "ontrac-d": ("D10011354453707", "ontrac"),
    "lasership-l": ("LX17635036", "lasership"),
    "lasership-1ls7": ("1LS7119013618127-1", "lasership"),
    "lasership-1lscx": ("1LS CX VE00 58631Y", "lasership"),
    "gofo": ("GFUS01011884214464", "gofo"),
    "landmark": ("LTN74207623N1", "landmark-global"),
    "speedee": ("SP029692510000920746", "spee-dee"),
    "old-dominion": ("07209562763", "old-dominion"),
    "amazon-tb": ("TBA000000000000", "amazon"),
    "amazon-10": ("C1004444443", "amazon"),
    "yodel": ("JJD0002257639032011", "yodel"),
    "yunexpress": ("YT2229521272164446", "yunexpress"),
    "evri-16": ("H01A0B0000000001", "evri"),
}
CHECKED = sorted(name for name, each in FORMATS.items() if each.check)


def test_there_is_an_example_of_every_format_and_a_carrier_that_writes_it() -> None:
    assert set(EXAMPLES) == set(FORMATS)
    assert {name for carrier in catalogue.CARRIERS for name in carrier.numbers} == set(FORMATS)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_is_told_with_the_reason(name: str) -> None:
    number, slug = EXAMPLES[name]
    assert FORMATS[name].fits(catalogue.normalise_number(number))
    found = catalogue.detect(number)
    mine = next(candidate for candidate in found if candidate.carrier.slug == slug)
    assert mine.evidence == found[0].evidence  # nobody has more to say for it
    assert FORMATS[mine.format].name in mine.reason or mine.format == "s10"


@pytest.mark.parametrize("name", CHECKED)
def test_any_other_check_digit_is_wrong(name: str) -> None:
    fmt, number = FORMATS[name], catalogue.normalise_number(EXAMPLES[name][0])
    match = fmt.pattern.fullmatch(number)
    assert match
    at = (match.end("body") if "body" in fmt.pattern.groupindex else len(number)) - 1
    others = [number[:at] + digit + number[at + 1 :] for digit in "0123456789" if digit != number[at]]
    assert not any(fmt.fits(other) for other in others)


@pytest.mark.parametrize(
    ("number", "slugs"),
    [
        ("JFV247545960", {"dhl-express", "purolator"}),  # three letters with a J before the others
        ("A1000000018", {"ups", "amazon"}),  # a letter and ten digits, and UPS's digit fits by chance
        ("287809468872", {"fedex", "purolator"}),  # each one's check digit
    ],
)
def test_what_two_carriers_write_is_offered_at_both(number: str, slugs: set[str]) -> None:
    assert {candidate.carrier.slug for candidate in catalogue.likely(number)} == slugs


@pytest.mark.parametrize("number", ["000000000000", "00000000000000", "0000000000", "0" * 20, "0" * 34])
def test_nothing_but_noughts_is_no_number(number: str) -> None:
    assert catalogue.detect(number) == []


def test_a_letter_alone_is_no_proof() -> None:
    (ups, *_rest) = catalogue.detect("K1506235620")
    assert ups.evidence is Evidence.CHECK_DIGIT
