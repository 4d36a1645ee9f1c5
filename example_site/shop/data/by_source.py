"""One order for each source that the example shop is connected to: the provider says whose it is."""

from __future__ import annotations

from order_status_plugin.events import Overlay
from order_status_plugin.simulator.stops import LEIPZIG, LOUISVILLE, NEW_YORK, PORTO, VITORIA

from .telling import (  # fmt: skip
    BE,
    CA,
    ES,
    GB,
    IE,
    IT,
    US,
    DemoOrder,
    S,
    Seen,
    Sending,
    done,
    label,
    moving,
    person,
    picked_up,
    van,
)

BY_SOURCE = (
    DemoOrder(
        number="TS-20440", scenario="in_transit", tells="Followed by EasyPost: Evri to Leeds", days_ago=6, clock="10:12",
        person=person("Imogen", "Ashdown", "imogen.ashdown@example.org", "+447700900211", "5 Elder Row", "LS6 2AB", "Leeds", "GB", "1440"),
        basket={"salt-jar": 2},
        sendings=(Sending(day=1, clock="16:30", items={"salt-jar": 2}, carrier="Evri", number="H01AAA0012345678",
            seen=(label(1, due=7), picked_up(1), moving(2, "05:30", "Arrived at facility", VITORIA), moving(4, "02:10", "Arrived at the national hub", GB))),),
    ),
    DemoOrder(
        number="TS-20441", scenario="in_transit", tells="Followed by Shippo: Deutsche Post to Bremen", days_ago=6, clock="15:02",
        person=person("Hedwig", "Claasen", "hedwig.claasen@example.org", "+4915177788899", "Weidenstieg 11", "28203", "Bremen", "DE", "1441"),
        basket={"linen-napkins": 1},
        sendings=(Sending(day=1, clock="15:45", items={"linen-napkins": 1}, carrier="Deutsche Post", number="RR123456785DE",
            seen=(label(1), picked_up(1), moving(3, "11:20", "Arrived at the sorting centre", LEIPZIG))),),
    ),
    DemoOrder(
        number="TS-20442", scenario="in_transit", tells="Followed by 17TRACK: Correos to Valencia", days_ago=5, clock="12:30",
        person=person("Adrián", "Montoya", "adrian.montoya@example.org", "+34612340011", "Calle del Fresno 8", "46003", "Valencia", "ES", "1442"),
        basket={"olive-wood-spoons": 1},
        sendings=(Sending(day=1, clock="16:10", items={"olive-wood-spoons": 1}, carrier="Correos", number="PQ4F6C0400012340128003N",
            seen=(label(1), picked_up(1), moving(2, "06:40", "Arrived at facility", ES))),),
    ),
    DemoOrder(
        number="TS-20443", scenario="ready_for_pickup", tells="Followed by Ship24: Poste Italiane, waits in Bologna", days_ago=8, clock="09:15",
        person=person("Ginevra", "Salvati", "ginevra.salvati@example.org", "+393123450012", "Via dei Frassini 30", "40137", "Bologna", "IT", "1443"),
        basket={"espresso-cups": 1},
        sendings=(Sending(day=1, clock="16:30", items={"espresso-cups": 1}, carrier="Poste Italiane", number="RC123456785IT",
            seen=(label(1), picked_up(1), moving(3, "04:25", "Arrived at facility", IT),
                  Seen(day=5, clock="10:05", status=S.READY_FOR_PICKUP, message="Available at the post office", stop=IT))),),
    ),
    DemoOrder(
        number="TS-20444", scenario="out_for_delivery", tells="Followed by TrackingMore: An Post, on the van in Dublin", days_ago=6, clock="17:47",
        person=person("Fionnuala", "Brophy", "fionnuala.brophy@example.org", "+353851230013", "3 Whitebeam Road", "D14 K2P8", "Dublin", "IE", "1444"),
        basket={"stoneware-bowl": 1},
        sendings=(Sending(day=1, clock="16:30", items={"stoneware-bowl": 1}, carrier="An Post", number="CE123456785IE",
            seen=(label(1), picked_up(1), moving(3, "13:05", "Arrived at facility", IE), van(4, IE))),),
    ),
    DemoOrder(
        number="TS-20445", scenario="in_transit", tells="Asked at UPS itself: UPS to Chicago", days_ago=7, clock="14:14",
        person=person("Delphine", "Marlowe", "delphine.marlowe@example.org", "+13125550145", "402 Hickory Street", "60608", "Chicago", "US", "1445"),
        basket={"linen-tablecloth": 1},
        sendings=(Sending(day=1, clock="16:30", items={"linen-tablecloth": 1}, carrier="UPS", number="1Z999AA10123456926", source="ups",
            seen=(label(1, due=9), picked_up(1), moving(2, "23:10", "Departed from the air hub", LEIPZIG), moving(3, "09:40", "Arrived at the port of entry", NEW_YORK),
                  moving(4, "03:15", "Arrived at facility", LOUISVILLE))),),
    ),
    DemoOrder(
        number="TS-20446", scenario="attempted_delivery", tells="Asked at USPS: a notice was left in Los Angeles", days_ago=10, clock="19:03",
        person=person("Ezekiel", "Thorne", "ezekiel.thorne@example.org", "+12135550146", "77 Sycamore Ave", "90012", "Los Angeles", "US", "1446"),
        basket={"walnut-board": 1},
        sendings=(Sending(day=1, clock="16:30", items={"walnut-board": 1}, carrier="USPS", number="9400111899223856928499",
            seen=(label(1, due=7), picked_up(1), moving(3, "09:40", "Arrived at the port of entry", NEW_YORK), moving(5, "06:05", "Arrived at delivery facility", US), van(6, US, "08:10"),
                  Seen(day=6, clock="13:20", status=S.ATTEMPTED_DELIVERY, message="Notice left, no authorised recipient", stop=US))),),
    ),
    DemoOrder(
        number="TS-20447", scenario="delayed", tells="Asked at Canada Post: across an ocean, delayed before Toronto", days_ago=9, clock="08:28",
        person=person("Maëlle", "Desrochers", "maelle.desrochers@example.org", "+14165550147", "19 Tamarack Crescent", "M4C 1B5", "Toronto", "CA", "1447"),
        basket={"serving-plate": 1},
        sendings=(Sending(day=1, clock="16:30", items={"serving-plate": 1}, carrier="Canada Post", number="7023210039414604",
            seen=(label(1, due=7), picked_up(1), moving(3, "21:30", "Departed from the air hub", LEIPZIG), moving(4, "10:45", "Item arrived in Canada", CA),
                  Seen(day=5, clock="14:12", status=None, overlay=Overlay.DELAYED, message="Item delayed by weather", stop=CA, due=11, reason="Weather"))),),
    ),
    DemoOrder(
        number="TS-20448", scenario="in_transit", tells="Followed by Karrio: bpost to Gent", days_ago=5, clock="11:40",
        person=person("Liesbeth", "Van Damme", "liesbeth.vandamme@example.org", "+32470123488", "Elzenstraat 14", "9000", "Gent", "BE", "1448"),
        basket={"pour-over-jug": 1},
        sendings=(Sending(day=1, clock="16:30", items={"pour-over-jug": 1}, carrier="bpost", number="323211234500001234567890",
            seen=(label(1, due=6), picked_up(1), moving(3, "05:55", "Arrived at facility", BE))),),
    ),
    DemoOrder(
        number="TS-20449", scenario="delivered", tells="A carrier of the shop's own, told over the signed endpoint", days_ago=6, clock="10:50",
        person=person("Henrique", "Sampaio", "henrique.sampaio@example.org", "+351912340049", "Rua do Freixo 21", "4300-219", "Porto", "PT", "1449"),
        basket={"stoneware-bowl": 1, "salt-jar": 1},
        sendings=(Sending(day=1, clock="09:30", items={"stoneware-bowl": 1, "salt-jar": 1}, carrier="Ribeira Bikes", number="20490417",
            seen=(picked_up(1, "09:45"), van(1, PORTO, "10:20"), done(1, "11:05", PORTO, left_at="With the neighbour, no. 23"))),),
    ),
)  # fmt: skip
