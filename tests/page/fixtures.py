"""OrderViews built by hand, one for each look of the page: no database, no clock."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.utils.safestring import SafeString

from order_status_plugin.access.grants import Known
from order_status_plugin.access.models import Grant
from order_status_plugin.events import Headline, Overlay, ParcelStatus, Tier
from order_status_plugin.maps.draw import draw
from order_status_plugin.view.model import (
    EventView,
    Flag,
    HandoverView,
    ItemView,
    MapPlace,
    MapView,
    MissingView,
    Moment,
    MoveView,
    NextStep,
    NoteView,
    OrderView,
    ParcelView,
    PendingView,
    PrivateView,
    RailStep,
    RecommendationView,
    Sum,
    WindowView,
)

from ..maps.journeys import JOURNEYS

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
    "Sat 10:00 to 17:00",
    "Front porch",
    "https://www.ups.com/proof/8842",
    "6A 1234 5678 901",
    "Louisville",
    "the blue jug",
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
    ("Left the sorting centre", "Cologne, Germany", "2026-11-23T21:42+01:00", "Mon 23 Nov"),
    ("Arrived at a sorting centre", "Cologne, Germany", "2026-11-23T11:40+01:00", "Mon 23 Nov"),
    ("Left the sorting centre", "Paris, France", "2026-11-23T03:25+01:00", "Mon 23 Nov"),
    ("Arrived at a sorting centre", "Paris, France", "2026-11-22T14:10+01:00", "Sun 22 Nov"),
    ("Arrived at a sorting centre", "Vitoria-Gasteiz, Spain", "2026-11-21T09:32+01:00", "Sat 21 Nov"),
    ("Handed to UPS", "Porto, Portugal", "2026-11-20T18:05+00:00", "Fri 20 Nov"),
    ("Label printed", "Porto, Portugal", "2026-11-20T11:48+00:00", "Fri 20 Nov"),
)


def events(tier: Tier) -> tuple[EventView, ...]:
    if tier is Tier.PUBLIC:
        return tuple(EventView(title="In transit", when=day(iso[:10], text)) for _, _, iso, text in _SCANS)
    return tuple(
        EventView(
            title=title,
            place=place,
            when=Moment(iso=iso, day=text, clock=iso[11:16]),
            is_same_day=number > 0 and _SCANS[number - 1][3] == text,
            why="aftership, tag InTransit",
        )
        for number, (title, place, iso, text) in enumerate(_SCANS)
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
        window=WindowView(
            label="Arriving", day="Wed 25 November", iso="2026-11-25", hours="10:00 to 14:00", by="Estimate by UPS"
        ),
        moves=(
            MoveView(
                title="Now Wednesday 25 November",
                reason="Bad weather",
                by="Estimate by UPS",
                when=Moment(iso="2026-11-21T10:05+01:00", day="Sat 21 November", clock="10:05"),
            ),
            MoveView(
                title="First Tuesday 24 November",
                reason="",
                by="Estimate by AfterShip",
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
        checked="Last checked with UPS 12 minutes ago." if private else "",
        mail_subject="Order TS-20418, parcel 1 of 2" if private else "",
        is_in_calendar=True,
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
        is_in_calendar=False,
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


def missing(tier: Tier) -> MissingView:
    """What to do when it is not there."""
    if tier is Tier.PUBLIC:
        return MissingView(
            steps=(
                "Look by the door, in the letter box and where parcels are taken in for you.",
                "Ask at home, and the neighbours.",
                "Wait a day: some parcels are marked as delivered before they are brought.",
            )
        )
    return MissingView(
        steps=(
            "Look where it was left: Front porch, behind the olive tree.",
            "Ask N. de Vries, who received it.",
            "Wait a day: some parcels are marked as delivered before they are brought.",
            "Look at the proof of delivery: is it your door, and whose name is it?",
            "Ask UPS to look into it.",
        )
    )


def arrived(tier: Tier) -> dict[str, object]:
    """What a carrier says of a delivery."""
    if tier is Tier.PUBLIC:
        return {"missing": missing(tier)}
    return {
        "line": "Amsterdam, Netherlands",
        "signed_by": "N. de Vries",
        "left_at": "Front porch, behind the olive tree",
        "proof_url": "https://www.ups.com/proof/8842",
        "checked": "UPS confirmed the delivery.",
        "missing": missing(tier),
    }


def delivered(tier: Tier = Tier.PUBLIC) -> OrderView:
    """All is there."""
    told = {"line": "", **arrived(tier)}
    parcel = live_parcel(
        tier,
        status=ParcelStatus.DELIVERED,
        tone="good",
        kicker="1 parcel · UPS",
        state="Delivered",
        window=WindowView(label="", day="Wed 25 November", iso="2026-11-25T12:47+01:00", hours="12:47"),
        next_step=None,
        moves=(),
        is_in_calendar=False,
        **told,
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


def pickup(tier: Tier = Tier.PUBLIC) -> OrderView:
    """It waits in a shop, with its hours."""
    private = tier is not Tier.PUBLIC
    parcel = live_parcel(
        tier,
        status=ParcelStatus.READY_FOR_PICKUP,
        kicker="1 parcel · UPS",
        state="Ready for pickup",
        line="Amsterdam, Netherlands" if private else "",
        window=WindowView(label="Ready for pickup until", day="Tue 1 December", iso="2026-12-01"),
        next_step=NextStep(
            title="Pick it up at Boekhandel Kade" if private else "Pick it up",
            text="Bring an identity card.",
            is_action=True,
        ),
        pickup_place="Boekhandel Kade\nKinkerstraat 12\n1053 DT Amsterdam" if private else "",
        pickup_hours="Mon to Fri 09:00 to 20:00\nSat 10:00 to 17:00" if private else "",
        moves=(),
        is_in_calendar=False,
    )
    return order(
        tier,
        headline=Headline.OUT_FOR_DELIVERY,
        word="Out for delivery.",
        promise="Ready for pickup until Tuesday, 1\xa0December.",
        count="1 parcel sent.",
        rest="",
        rail=steps(Headline.OUT_FOR_DELIVERY),
        parcels=(parcel,),
        pending=None,
    )


def troubled(tier: Tier = Tier.PUBLIC) -> OrderView:
    """Money is asked for, an address is wrong, customs looks, and one was never scanned."""
    private = tier is not Tier.PUBLIC

    def parcel(number: int, flag: str, overlay: Overlay, step: NextStep | None, **more: object) -> ParcelView:
        kicker = f"Parcel {number} of 4 · UPS"
        given = {"anchor": f"parcel-{number}", "kicker": kicker, "flags": (Flag(text=flag),), "overlay": overlay}
        if not private:
            words = "It stands in the private details, which open for whoever placed the order."
            step = NextStep(title="What happens next", text=words)
        return live_parcel(tier, **{**given, "next_step": step, "moves": (), "is_in_calendar": False, **more})

    paid = NextStep(
        title="Something must be paid first",
        text="Duty, tax or a fee is open. Pay on the site of UPS and nowhere else: messages that ask for money are "
        "often false.",
        is_action=True,
        is_for_carrier=True,
    )
    address = NextStep(
        title="Check the address",
        text="UPS cannot deliver to the address as it is. Compare it with the one on this page, and tell what is "
        "missing: a name on the bell, a floor, a company.",
        is_action=True,
        is_for_carrier=True,
        is_for_shop=True,
    )
    customs = NextStep(
        title="Customs has it",
        text="It goes on when customs releases it, which can take days. If you are asked for something, answer soon.",
        is_for_carrier=True,
    )
    waiting = NextStep(
        title="We are waiting for news, too",
        text="We last asked 12 minutes ago and there was nothing new. If it has not moved in a day or two, ask UPS, "
        "or write to us.",
        is_for_carrier=True,
        is_for_shop=True,
    )
    return replace(
        in_transit(tier),
        count="4 parcels sent.",
        rest="",
        parcels=(
            parcel(1, "There is a problem: a payment is open", Overlay.EXCEPTION, paid, tone="warn"),
            parcel(2, "There is a problem: a question about the address", Overlay.EXCEPTION, address, tone="warn"),
            parcel(3, "Delayed: customs", Overlay.DELAYED, customs, handover=handover(tier)),
            parcel(
                4,
                "Not scanned for 5 days",
                Overlay.NONE,
                waiting,
                status=ParcelStatus.LABEL_CREATED,
                state="Label printed",
                line="UPS has not scanned it yet.",
                window=None,
                events=(),
            ),
        ),
        pending=None,
    )


def handover(tier: Tier) -> HandoverView:
    """The last part of the way."""
    if tier is Tier.PUBLIC:
        return HandoverView(name="Colissimo")
    url = "https://www.laposte.fr/outils/suivre-vos-envois?code=6A12345678901"
    return HandoverView(name="Colissimo", number="6A 1234 5678 901", url=url, site="laposte.fr")


def crossing(tier: Tier = Tier.PUBLIC) -> OrderView:
    """Across an ocean, through clocks that differ, with words that nobody would break."""
    private = tier is not Tier.PUBLIC
    told = (
        ("Out for delivery", "Paris, France", "25 08:12", "UTC+1", "Your parcel is loaded on the van"),
        ("Arrived at the delivery depot", "Paris, France", "25 05:02", "", ""),
        ("Handed over to Colissimo", "Roissy-en-France, France", "24 23:51", "", ""),
        ("RELEASED BY CUSTOMS/" + "CLEARANCE" * 9, "Louisville, KY, United States", "24 02:10", "UTC−5", ""),
        ("Arrived at a sorting centre", "Louisville, KY, United States", "23 21:42", "", ""),
        ("Handed to the carrier", "Springfield, IL, United States", "22 18:05", "UTC−6", "ORIGIN SCAN"),
        ("Label printed", "", "21", "", ""),
    )
    seen = tuple(
        EventView(
            title=title,
            place=place,
            when=Moment(iso=f"2026-11-{when[:2]}", day=f"{when[:2]} Nov", clock=when[3:]),
            zone=zone,
            detail=detail,
            is_same_day=bool(number and when[3:] and told[number - 1][2][:2] == when[:2]),
        )
        for number, (title, place, when, zone, detail) in enumerate(told)
    )
    parcel = live_parcel(
        tier,
        status=ParcelStatus.OUT_FOR_DELIVERY,
        kicker="1 parcel · UPS",
        state="Out for delivery",
        line="Paris, France" if private else "",
        window=WindowView(
            label="Now arriving",
            day="Wed 25 November",
            iso="2026-11-25",
            hours="11:30 to 13:30" if private else "",
            note="was Tuesday, 24 November",
            by="Estimate by AfterShip",
        ),
        next_step=NextStep(title="Someone at home, please."),
        handover=handover(tier),
        **({"events": seen} if private else {}),
    )
    return order(
        tier,
        headline=Headline.OUT_FOR_DELIVERY,
        word="Out for delivery.",
        promise="Arriving today, 11:30 to 13:30." if private else "Arriving today.",
        count="1 parcel sent.",
        rest="",
        rail=steps(Headline.OUT_FOR_DELIVERY),
        parcels=(parcel,),
        pending=None,
    )


def mapped(tier: Tier = Tier.PUBLIC) -> OrderView:
    """In transit, with the map that only the customer sees."""
    view = in_transit(tier)
    if tier is Tier.PUBLIC:
        return view
    return replace(view, parcels=(replace(view.parcels[0], map=map_view("european")), *view.parcels[1:]))


def map_view(name: str) -> MapView:
    journey = JOURNEYS[name]
    drawing = draw(journey)
    assert drawing is not None
    kinds = ["origin"] * bool(journey.origin) + ["passed"] * len(journey.visited) + ["here", "destination"]
    places = tuple(
        MapPlace(kind=kind, name=stop.place, latitude=stop.point.latitude, longitude=stop.point.longitude)
        for kind, stop in zip(kinds, journey.stops, strict=False)
    )
    return MapView(svg=drawing.svg, sentence=drawing.sentence, places=places)


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
        is_in_calendar=False,
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
        is_in_calendar=False,
        missing=missing(tier),
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
        checked="آخر تحقق مع أرامكس قبل 12 دقيقة.",
        handover=HandoverView(
            name="سبل", number="SM 0012 3456", url="https://splonline.example/t", site="splonline.example"
        ),
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


def noted(tier: Tier = Tier.PUBLIC) -> OrderView:
    """Staff wrote to the customer: once to all who have the link, once to the customer alone."""
    public = NoteView(
        anchor="note-1",
        html=SafeString(
            "<p>We close from <b>24 December</b> to 2 January. Until then we pack every day:</p>"
            "<ul><li>orders of the morning leave in the evening</li><li>the others leave the next day</li></ul>"
        ),
        when=Moment(iso="2026-11-23T09:12+01:00", day="Mon 23 November", clock="09:12"),
        changed=Moment(iso="2026-11-23T10:02+01:00", day="Mon 23 November", clock="10:02"),
        is_private=False,
    )
    private = NoteView(
        anchor="note-2",
        html=SafeString(
            "<p>Dear Noor, the blue jug is <i>out of stock</i>. You get the green one, as we said on the phone: "
            '<a href="https://shop.example/jugs/a-very-long-address-of-a-jug-that-does-not-want-to-end">have a look</a>.</p>'
        ),
        when=Moment(iso="2026-11-23T21:42+01:00", day="Mon 23 November", clock="21:42"),
    )
    return replace(in_transit(tier), notes=(public,) if tier is Tier.PUBLIC else (private, public))


#: Every look, by name.
ALL = {
    "confirmed": order,
    "in-transit": in_transit,
    "map": mapped,
    "attempted": attempted,
    "delivered": delivered,
    "unsupported": unsupported,
    "states": states,
    "pickup": pickup,
    "troubled": troubled,
    "crossing": crossing,
    "many": many,
    "erased": erased,
    "noted": noted,
}


def extras(tier: Tier = Tier.PUBLIC) -> OrderView:
    """An order beside which the shop offers something."""
    titles = ("Linen napkins, set of four", "Olive wood spoons", "Salt jar", "Serving plate, ash glaze, 32 cm")
    return replace(
        in_transit(tier),
        reorder_url="/account/orders/1/" if tier is Tier.PRIVATE else "",
        recommendations=tuple(
            RecommendationView(title=title, url="/", initial=title[0], price="€ 24.00") for title in titles
        ),
    )


#: What an editor may have laid out beside the parts of the order.
EXTRAS = [
    {"type": "steps", "value": {}},
    {"type": "parcels", "value": {}},
    {
        "type": "questions",
        "value": {
            "title": "Good to know",
            "questions": [
                {
                    "type": "item",
                    "id": "q1",
                    "value": {
                        "question": "Can I still change my address?",
                        "answer": "<p>Until the parcel is sent. <b>Write to us</b> with the new one.</p>",
                    },
                },
                {
                    "type": "item",
                    "id": "q2",
                    "value": {
                        "question": "What do I do when a bowl arrives broken, and the box looks as if nothing happened?",
                        "answer": "<p>Keep the box, please, and take two pictures:</p><ul><li>the bowl</li><li>the label</li></ul>",
                    },
                },
            ],
        },
    },
    {
        "type": "embed",
        "value": {"title": "How we glaze a bowl", "url": "https://www.youtube.com/watch?v=aqz-KE-bpKQ"},
    },
    {"type": "feedback", "value": {"title": "How was your delivery?"}},
    {"type": "recommendations", "value": {"title": "Goes well with it", "most": 4}},
    {"type": "details", "value": {}},
    {"type": "reorder", "value": {"title": "Once more?", "button": "Order it again"}},
    {
        "type": "contact",
        "value": {
            "title": "Contact us",
            "phone": "+351 21 123 4567",
            "hours": "Monday to Friday, 9:00 to 17:00\nSaturday, 10:00 to 13:00",
        },
    },
]
