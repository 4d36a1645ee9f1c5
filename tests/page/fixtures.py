"""OrderViews built by hand, one for each look of the page: no database, no clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from order_status_plugin.access.grants import Known
from order_status_plugin.access.models import Grant
from order_status_plugin.events import Headline, Overlay, ParcelStatus, Tier
from order_status_plugin.view.model import (
    EventView,
    Flag,
    ItemView,
    Moment,
    MoveView,
    NextStep,
    OrderView,
    ParcelView,
    PendingView,
    PrivateView,
    RailStep,
    Sum,
    WindowView,
)

#: Everything that only the private tier may print.
PERSONAL = (
    "TS-20418",
    "Noor de Vries",
    "Lindenlaan 14",
    "1015 AB Amsterdam",
    "Visa ending in 4242",
    "n•••@example.org",
    "1Z 999 AA1 01 2345 6784",
    "1Z999AA10123456784",
    "Cologne",
    "For Ada, with love",
    "N. de Vries",
    "Boekhandel Kade",
)


#: Devices that see the private details.
DEVICES = tuple(
    Known(pk, label, dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC), method, pk == 1)
    for pk, label, method in (
        (1, "Firefox, Linux", Grant.Method.CLAIM),
        (2, "Safari, iPhone", Grant.Method.IDENTIFIED),
        (3, "", Grant.Method.CODE),
    )
)


def day(iso: str, text: str) -> Moment:
    return Moment(iso=iso, day=text)


BOWL = ItemView(title="Stoneware bowl", quantity=2, details="Ash glaze, 18 cm", initial="S")
JUG = ItemView(title="Pour-over jug", quantity=1, details="Terracotta, 600 ml", initial="P")
CLOTH = ItemView(title="Linen tablecloth", quantity=1, details="Oat, 160 × 250 cm", initial="L")
SPOONS = ItemView(title="Olive wood spoons", quantity=1, details="Set of three", initial="O")

_SCANS = (
    ("Left the sorting centre", "Cologne, Germany", "2026-11-23T21:42+01:00", "Mon 23 November"),
    ("Arrived at a sorting centre", "Cologne, Germany", "2026-11-23T11:40+01:00", "Mon 23 November"),
    ("Left the sorting centre", "Paris, France", "2026-11-23T03:25+01:00", "Mon 23 November"),
    ("Arrived at a sorting centre", "Paris, France", "2026-11-22T14:10+01:00", "Sun 22 November"),
    ("Arrived at a sorting centre", "Vitoria-Gasteiz, Spain", "2026-11-21T09:32+01:00", "Sat 21 November"),
    ("Handed to UPS", "Porto, Portugal", "2026-11-20T18:05+00:00", "Fri 20 November"),
    ("Label printed", "Porto, Portugal", "2026-11-20T11:48+00:00", "Fri 20 November"),
)


def events(tier: Tier) -> tuple[EventView, ...]:
    if tier is Tier.PUBLIC:
        return tuple(EventView(title="In transit", when=day(iso[:10], text)) for _, _, iso, text in _SCANS)
    return tuple(
        EventView(
            title=title,
            place=place,
            when=Moment(iso=iso, day=text, clock=iso[11:16]),
            why="aftership, tag InTransit",
        )
        for title, place, iso, text in _SCANS
    )


def rail(*states: tuple[Headline, str, str, str, str]) -> tuple[RailStep, ...]:
    return tuple(
        RailStep(status=status, name=name, state=state, when=day(iso, iso_text) if iso else None, note=note)
        for status, name, state, iso, note in states
        for iso_text in (f"{int(iso[8:10])} November" if iso else "",)
    )


def steps(now: Headline, *, attempted: bool = False) -> tuple[RailStep, ...]:
    names = [
        (Headline.CONFIRMED, "Confirmed", "2026-11-19"),
        (Headline.IN_TRANSIT, "In transit", "2026-11-20"),
        (Headline.OUT_FOR_DELIVERY, "Out for delivery", "2026-11-25"),
        (Headline.DELIVERED, "Delivered", "2026-11-25"),
    ]
    if attempted:
        names.insert(3, (Headline.ATTEMPTED_DELIVERY, "Attempted delivery", "2026-11-25"))
    at = [status for status, _, _ in names].index(now)
    return rail(
        *(
            (status, name, state, iso if place <= at or status is Headline.DELIVERED else "", note)
            for place, (status, name, iso) in enumerate(names)
            for state in ("done" if place < at else "now" if place == at else "todo",)
            for note in ("Expected" if place > at and status is Headline.DELIVERED else "",)
        )
    )


PRIVATE = PrivateView(
    number="TS-20418",
    placed=Moment(iso="2026-11-19T14:20+01:00", day="19 November 2026", clock="14:20"),
    deliver_to=("Noor de Vries", "Lindenlaan 14", "1015 AB Amsterdam", "Netherlands"),
    bill_to=(),
    payment="Visa ending in 4242",
    sums=(
        Sum(label="5 items", amount="€ 168.00"),
        Sum(label="Delivery", amount="€ 6.50"),
        Sum(label="Total, with VAT", amount="€ 174.50", is_total=True),
    ),
    email="n•••@example.org",
    phone="+31 •• ••• ••42",
)


def order(tier: Tier = Tier.PUBLIC, **changes: object) -> OrderView:
    """Confirmed: nothing sent yet."""
    base = OrderView(
        tier=tier,
        headline=Headline.CONFIRMED,
        tone="",
        word="Confirmed.",
        promise="We are packing your order.",
        count="5 items, none sent yet.",
        rest="They reach you between 24 and 26 November.",
        over="Your order at Tilia & Sal" if tier is Tier.PUBLIC else "Order TS-20418",
        rail=steps(Headline.CONFIRMED),
        parcels=(),
        pending=PendingView(
            kicker="Being packed",
            title="5 items, not sent yet",
            planned=day("2026-11-20", "Fri 20 November"),
            items=(BOWL, JUG, CLOTH, SPOONS),
            is_all=True,
        ),
        digital=(),
        private=None if tier is Tier.PUBLIC else PRIVATE,
        shop="Tilia & Sal",
        version=12345,
        updated=Moment(iso="2026-11-23T22:04+01:00", day="23 November", clock="22:04"),
        valid_until=dt.datetime(2126, 11, 24, tzinfo=dt.UTC),
        language="en",
        is_rtl=False,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def live_parcel(tier: Tier, **changes: object) -> ParcelView:
    private = tier is not Tier.PUBLIC
    base = ParcelView(
        anchor="parcel-1",
        status=ParcelStatus.IN_TRANSIT,
        overlay=Overlay.NONE,
        tone="",
        kicker="Parcel 1 of 2 · UPS",
        state="In transit",
        line="Left Cologne, Germany" if private else "On its way to you",
        window=WindowView(label="Arriving", day="Wed 25 November", iso="2026-11-25", hours="10:00 to 14:00"),
        moves=(
            MoveView(
                title="Now Wednesday 25 November",
                reason="UPS says: bad weather",
                when=Moment(iso="2026-11-21T10:05+01:00", day="Sat 21 November", clock="10:05"),
            ),
            MoveView(
                title="First Tuesday 24 November",
                reason="The first date that UPS gave",
                when=Moment(iso="2026-11-20T18:05+00:00", day="Fri 20 November", clock="18:05"),
            ),
        )
        if private
        else (),
        next_step=NextStep(
            title="Nothing for you to do", text="We will tell you on the morning it goes out for delivery."
        ),
        items=(BOWL, replace(JUG, personal_text="For Ada, with love") if private else JUG),
        items_title="In this parcel",
        events=events(tier),
        carrier_name="UPS",
        is_live=True,
        carrier_host="ups.com" if private else "",
        tracking_number="1Z 999 AA1 01 2345 6784" if private else "",
        tracking_url="https://www.ups.com/track?tracknum=1Z999AA10123456784" if private else "",
        checked=Moment(iso="2026-11-23T22:04+01:00", day="Mon 23 November", clock="22:04") if private else None,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def unsupported_parcel(tier: Tier) -> ParcelView:
    private = tier is not Tier.PUBLIC
    return ParcelView(
        anchor="parcel-2",
        status=ParcelStatus.CONFIRMED,
        overlay=Overlay.NONE,
        tone="quiet",
        kicker="Parcel 2 of 2 · Ribeira Courier",
        state="Sent",
        line="Handed over Fri 20 November",
        items=(CLOTH,),
        items_title="In this parcel",
        carrier_name="Ribeira Courier",
        carrier_host="ribeiracourier.example" if private else "",
        tracking_number="RC 4471 0029 PT" if private else "",
        tracking_url="https://ribeiracourier.example/t/RC44710029PT" if private else "",
    )


def in_transit(tier: Tier = Tier.PUBLIC) -> OrderView:
    """Two parcels, one of them with a carrier that tells us nothing, and an item still to come."""
    return order(
        tier,
        headline=Headline.IN_TRANSIT,
        word="In transit.",
        promise="Arriving Wednesday, 25\xa0November.",
        count="2 parcels sent.",
        rest="1 item not sent yet.",
        rail=steps(Headline.IN_TRANSIT),
        parcels=(live_parcel(tier), unsupported_parcel(tier)),
        pending=PendingView(
            kicker="Still to come",
            title="1 item not sent yet",
            planned=day("2026-11-26", "Thu 26 November"),
            items=(SPOONS,),
        ),
    )


def attempted(tier: Tier = Tier.PUBLIC) -> OrderView:
    """Nobody was at home: somebody must act."""
    private = tier is not Tier.PUBLIC
    parcel = live_parcel(
        tier,
        status=ParcelStatus.ATTEMPTED_DELIVERY,
        tone="warn",
        kicker="1 parcel · UPS",
        state="Nobody answered at 12:14" if private else "Attempted delivery",
        line="First attempt. The driver took it to a pickup point.",
        window=WindowView(label="Ready for pickup", day="Wed 25 November", iso="2026-11-25", hours="from 17:00"),
        next_step=NextStep(title="Pick it up", text="Bring an identity card.", is_action=True),
        pickup_place="Boekhandel Kade\nKinkerstraat 12\n1053 DT Amsterdam" if private else "",
        moves=(),
    )
    return order(
        tier,
        headline=Headline.ATTEMPTED_DELIVERY,
        tone="warn",
        word="Attempted delivery.",
        promise="Pick it up today from 17:00.",
        count="",
        rest="Nobody answered at 12:14. UPS keeps your parcel until Tuesday 1 December.",
        rail=steps(Headline.ATTEMPTED_DELIVERY, attempted=True),
        parcels=(parcel,),
        pending=None,
    )


def delivered(tier: Tier = Tier.PUBLIC) -> OrderView:
    """All is there."""
    parcel = live_parcel(
        tier,
        status=ParcelStatus.DELIVERED,
        tone="good",
        kicker="1 parcel · UPS",
        state="Delivered",
        line="",
        window=WindowView(label="", day="Wed 25 November", iso="2026-11-25T12:47+01:00", hours="12:47"),
        next_step=None,
        moves=(),
        signed_by="N. de Vries" if tier is not Tier.PUBLIC else "",
    )
    return order(
        tier,
        headline=Headline.DELIVERED,
        tone="good",
        word="Delivered.",
        promise="Wednesday, 25\xa0November at 12:47.",
        count="",
        rest="Nothing is left to come.",
        rail=steps(Headline.DELIVERED),
        parcels=(parcel,),
        pending=None,
    )


def unsupported(tier: Tier = Tier.PUBLIC) -> OrderView:
    """All that is sent goes with a carrier that tells us nothing: no pretended status."""
    parcel = replace(unsupported_parcel(tier), anchor="parcel-1", kicker="1 parcel · Ribeira Courier")
    return order(
        tier,
        headline=Headline.SENT,
        tone="quiet",
        word="Sent.",
        promise="Follow the parcel with its carrier.",
        count="1 parcel sent.",
        rest="",
        rail=rail((Headline.CONFIRMED, "Confirmed", "done", "2026-11-19", "")),
        parcels=(parcel,),
        pending=None,
        digital=(ItemView(title="Care guide", quantity=1, details="PDF", initial="C", is_physical=False),),
    )


def states(tier: Tier = Tier.PUBLIC) -> OrderView:
    """What goes wrong: delayed, silent, corrected, and a delivered parcel that is folded away."""
    one, *others = events(tier)
    delayed = live_parcel(
        tier,
        overlay=Overlay.DELAYED,
        kicker="Parcel 1 of 3 · UPS",
        flags=(Flag(text="Delayed: bad weather"),),
        window=WindowView(
            label="Now arriving", day="Thu 26 November", iso="2026-11-26", note="was Wednesday 25 November"
        ),
    )
    silent = live_parcel(
        tier,
        anchor="parcel-2",
        kicker="Parcel 2 of 3 · UPS",
        flags=(Flag(text="No news from UPS for 4 days"),),
        window=WindowView(
            label="Was expected", day="Tue 24 November", iso="2026-11-24", note="now overdue", is_overdue=True
        ),
        events=(replace(one, title="Out for delivery"), replace(others[0], title="Delivered", is_corrected=True)),
        moves=(),
        next_step=None,
    )
    done = live_parcel(
        tier,
        anchor="parcel-3",
        status=ParcelStatus.DELIVERED,
        tone="good",
        kicker="Parcel 3 of 3 · UPS",
        state="Delivered",
        window=WindowView(label="", day="Tue 24 November", iso="2026-11-24T15:06+01:00", hours="15:06"),
        is_folded=True,
        moves=(),
        next_step=None,
    )
    return replace(in_transit(tier), parcels=(delayed, silent, done), count="1 of 3 parcels delivered.")


def many(tier: Tier = Tier.PUBLIC, *, parcels: int = 40, lines: int = 500) -> OrderView:
    """An order of a wholesaler, with names that try to break out."""
    items = tuple(
        ItemView(
            title=f"<b>Item {number}</b> 🎁 عربي " + ("Donaudampfschifffahrtsgesellschaft" if number == 2 else ""),
            quantity=number,
            initial="I",
        )
        for number in range(1, lines + 1)
    )
    share = max(1, lines // parcels)
    return replace(
        in_transit(tier),
        count=f"{parcels} parcels sent.",
        parcels=tuple(
            live_parcel(
                tier,
                anchor=f"parcel-{number}",
                kicker=f"Parcel {number} of {parcels} · UPS",
                items=items[(number - 1) * share : number * share],
                is_folded=number > parcels // 2,
            )
            for number in range(1, parcels + 1)
        ),
        pending=None,
    )


def erased(tier: Tier = Tier.PUBLIC) -> OrderView:
    """A stub: what is left when personal data is gone."""
    return replace(
        delivered(tier), promise="25 November 2026.", rest="", rail=(), parcels=(), private=None, is_erased=True
    )


def arabic(tier: Tier = Tier.PRIVATE) -> OrderView:
    """Right to left, in real words."""
    parcel = live_parcel(
        tier,
        kicker="شحنة واحدة · أرامكس",
        state="غادرت الرياض",
        line="في طريقها إلى جدة",
        window=WindowView(label="موعد الوصول", day="الأربعاء 25 نوفمبر", iso="2026-11-25", hours="من 10:00 إلى 14:00"),
        next_step=NextStep(title="لا شيء مطلوب منك الآن", text="سنخبرك صباح اليوم الذي تخرج فيه الشحنة للتوصيل."),
        items=(ItemView(title="وعاء من الفخار الحجري", quantity=2, details="طلاء رمادي، 18 سم", initial="و"),),
        items_title="في هذه الشحنة",
        carrier_name="أرامكس",
    )
    return replace(
        in_transit(tier),
        word="في الطريق.",
        promise="يصل الأربعاء 25\xa0نوفمبر.",
        count="أُرسلت شحنة واحدة.",
        rest="منتج واحد لم يُرسل بعد.",
        over="الطلب TS-20418",
        shop="تيليا وسال",
        rail=rail(
            (Headline.CONFIRMED, "تم التأكيد", "done", "2026-11-19", ""),
            (Headline.IN_TRANSIT, "في الطريق", "now", "2026-11-20", ""),
            (Headline.OUT_FOR_DELIVERY, "خرج للتوصيل", "todo", "", ""),
            (Headline.DELIVERED, "تم التسليم", "todo", "2026-11-25", "متوقع"),
        ),
        parcels=(parcel,),
        pending=None,
        language="ar",
        is_rtl=True,
    )


#: Every look, by name.
ALL = {
    "confirmed": order,
    "in-transit": in_transit,
    "attempted": attempted,
    "delivered": delivered,
    "unsupported": unsupported,
    "states": states,
    "many": many,
    "erased": erased,
}
