"""The demo's orders: every state of a page, and those that wait for the simulator."""

from __future__ import annotations

from order_status_plugin.events import Overlay
from order_status_plugin.simulator.stops import PARIS, PORTO, VITORIA

from .by_source import BY_SOURCE
from .telling import (  # fmt: skip
    DE,
    DUBAI,
    ES,
    FR,
    GB,
    IE,
    NL,
    DemoOrder,
    S,
    Seen,
    Sending,
    Tracked,
    done,
    label,
    moving,
    north,
    person,
    picked_up,
    van,
)

ORDERS = (
    DemoOrder(
        number="TS-20418", scenario="confirmed", tells="Nothing sent yet", days_ago=2, clock="14:20",
        person=person("Noor", "de Vries", "noor.devries@example.org", "+31612345642", "Lindenlaan 14", "1015 AB", "Amsterdam", "NL", "4242"),
        basket={"stoneware-bowl": 2, "pour-over-jug": 1, "linen-tablecloth": 1, "olive-wood-spoons": 1},
    ),
    DemoOrder(
        number="TS-20407", scenario="in_transit", tells="One parcel with UPS", days_ago=5, clock="09:47",
        person=person("Hannah", "Brandt", "hannah.brandt@example.org", "+4915123456780", "Ulmenweg 7", "50933", "Köln", "DE", "1881"),
        basket={"pour-over-jug": 1, "espresso-cups": 2},
        sendings=(Sending(day=1, clock="16:30", items={"pour-over-jug": 1, "espresso-cups": 2}, carrier="UPS", number="1Z999AA10123456784", seen=north(DE, due=6)),),
    ),
    DemoOrder(
        number="TS-20409", scenario="in_transit", tells="One parcel with DHL Express", days_ago=4, clock="11:32", is_express=True,
        person=person("Matteo", "Ferraro", "matteo.ferraro@example.org", "+393123456789", "Via dei Tigli 22", "20145", "Milano", "IT", "7017"),
        basket={"walnut-board": 1, "salt-jar": 1},
        sendings=(Sending(day=1, clock="11:05", items={"walnut-board": 1, "salt-jar": 1}, carrier="DHL Express", number="4358127690",
            seen=(label(1, "11:06", due=4), picked_up(1, "15:30"), moving(2, "05:12", "Arrived at facility", PARIS))),),
    ),
    DemoOrder(
        number="TS-20411", scenario="label_created", tells="Sent, not scanned yet", days_ago=4, clock="20:15",
        person=person("Eoin", "Gallagher", "eoin.gallagher@example.org", "+353851234567", "9 Alder Terrace", "D06 X2Y4", "Dublin", "IE", "3300"),
        basket={"linen-napkins": 2},
        sendings=(Sending(day=2, clock="16:10", items={"linen-napkins": 2}, carrier="UPS", number="1Z999AA10123456819", seen=(label(2, due=7),)),),
    ),
    DemoOrder(
        number="TS-20413", scenario="delayed", tells="One parcel with FedEx, held by the weather", days_ago=6, clock="08:53",
        person=person("Rosalind", "Okafor", "rosalind.okafor@example.org", "+447700900142", "31 Hawthorn Street", "SE15 4QN", "London", "GB", "6011"),
        basket={"serving-plate": 1, "stoneware-bowl": 1},
        sendings=(Sending(day=1, clock="16:30", items={"serving-plate": 1, "stoneware-bowl": 1}, carrier="FedEx", number="794612345674",
            seen=(label(1, due=4), picked_up(1), moving(2, "06:15", "Arrived at facility", PARIS),
                  Seen(day=3, clock="21:10", status=None, overlay=Overlay.DELAYED, message="Weather delay", stop=PARIS, due=7, reason="Weather"),
                  moving(4, "09:30", "Departed from facility", PARIS))),),
    ),
    DemoOrder(
        number="TS-20404", scenario="out_for_delivery", tells="On the van", days_ago=6, clock="16:08",
        person=person("Liv", "Sandberg", "liv.sandberg@example.org", "+31687654321", "Esdoornkade 3", "3511 KL", "Utrecht", "NL", "9424"),
        basket={"linen-tablecloth": 1},
        sendings=(Sending(day=1, clock="16:30", items={"linen-tablecloth": 1}, carrier="UPS", number="1Z999AA10123456828", seen=(*north(NL, due=4), van(4, NL))),),
    ),
    DemoOrder(
        number="TS-20402", scenario="attempted_delivery", tells="Nobody was home", days_ago=6, clock="12:41",
        person=person("Joris", "Vandamme", "joris.vandamme@example.org", "+31612349876", "Beukenstraat 58", "5038 KX", "Tilburg", "NL", "5123"),
        basket={"stoneware-bowl": 4},
        sendings=(Sending(day=1, clock="16:30", items={"stoneware-bowl": 4}, carrier="UPS", number="1Z999AA10123456837",
            seen=(*north(NL, due=4), van(4, NL),
                  Seen(day=4, clock="12:14", status=S.ATTEMPTED_DELIVERY, message="Delivery attempted, nobody was home", stop=NL,
                       next_step="A second attempt follows on the next working day."))),),
    ),
    DemoOrder(
        number="TS-20399", scenario="ready_for_pickup", tells="A failed attempt, then a pickup point", days_ago=7, clock="19:26",
        person=person("Carmen", "Ibáñez", "carmen.ibanez@example.org", "+34612345678", "Calle del Olmo 5", "28012", "Madrid", "ES", "8431"),
        basket={"espresso-cups": 1, "salt-jar": 1},
        sendings=(Sending(day=1, clock="16:30", items={"espresso-cups": 1, "salt-jar": 1}, carrier="UPS", number="1Z999AA10123456846",
            seen=(label(1, due=3), picked_up(1), moving(2, "04:10", "Arrived at delivery facility", ES), van(3, ES),
                  Seen(day=3, clock="11:32", status=S.ATTEMPTED_DELIVERY, message="Delivery attempted, nobody was home", stop=ES),
                  Seen(day=3, clock="17:05", status=S.READY_FOR_PICKUP, message="Available for pickup", stop=ES,
                       pickup_place="Papelaria Sol, Calle de Atocha 71, 28012 Madrid", pickup_hours="Mon–Fri 9:30–20:00\nSat 10:00–14:00", next_step="Bring the card and something with your name on it."))),),
    ),
    DemoOrder(
        number="TS-20391", scenario="delivered", tells="Delivered and signed for", days_ago=9, clock="10:19", ends="Complete",
        person=person("Amélie", "Rousseau", "amelie.rousseau@example.org", "+33639981234", "12 rue des Tilleuls", "69003", "Lyon", "FR", "2006"),
        basket={"pour-over-jug": 1, "linen-napkins": 1},
        sendings=(Sending(day=1, clock="16:30", items={"pour-over-jug": 1, "linen-napkins": 1}, carrier="UPS", number="1Z999AA10123456855",
            seen=(label(1, due=4), picked_up(1), moving(2, "03:10", "Arrived at facility", VITORIA), moving(3, "04:40", "Arrived at delivery facility", FR),
                  van(4, FR), done(4, "12:47", FR, signed_by="A. Rousseau"))),),
    ),
    DemoOrder(
        number="TS-20405", scenario="two_parcels", tells="Two parcels, UPS and DPD, both on their way", days_ago=6, clock="21:04",
        person=person("Benedikt", "Auerbach", "benedikt.auerbach@example.org", "+4915143322110", "Ahornweg 18", "81549", "München", "DE", "3714"),
        basket={"serving-plate": 2, "linen-tablecloth": 1, "olive-wood-spoons": 2},
        sendings=(
            Sending(day=1, clock="16:30", items={"serving-plate": 2}, carrier="UPS", number="1Z999AA10123456864", seen=north(DE, due=6)),
            Sending(day=2, clock="16:05", items={"linen-tablecloth": 1, "olive-wood-spoons": 2}, carrier="DPD", number="15501234567890",
                seen=(label(2, "16:06", due=7), picked_up(2, "18:50"), moving(3, "22:30", "Arrived at facility", PARIS))),
        ),
    ),
    DemoOrder(
        number="TS-20403", scenario="split_unsupported", tells="Two parcels: UPS live, CTT by link only; one item still to come", days_ago=6, clock="13:55",
        person=person("Wilhelmina", "Kestrel", "wilhelmina.kestrel@example.org", "+447700900177", "4 Sycamore Close", "BS6 5TJ", "Bristol", "GB", "4899"),
        basket={"stoneware-bowl": 2, "linen-tablecloth": 1, "walnut-board": 1},
        sendings=(
            Sending(day=1, clock="16:30", items={"stoneware-bowl": 2}, carrier="UPS", number="1Z999AA10123456873", seen=north(GB, due=6)),
            Sending(day=2, clock="10:20", items={"linen-tablecloth": 1}, carrier="CTT", number="RC447100299PT"),
        ),
    ),
    DemoOrder(
        number="TS-20408", scenario="unsupported_carrier", tells="Sent with CTT, which shares no live tracking", days_ago=5, clock="17:38",
        person=person("Duarte", "Figueiredo", "duarte.figueiredo@example.org", "+351912345678", "Travessa das Oliveiras 9", "3000-271", "Coimbra", "PT", "5556"),
        basket={"olive-wood-spoons": 1, "salt-jar": 1},
        sendings=(Sending(day=1, clock="15:45", items={"olive-wood-spoons": 1, "salt-jar": 1}, carrier="CTT", number="RC358127462PT"),),
    ),
    DemoOrder(
        number="TS-20406", scenario="in_transit", tells="In French, one parcel with Colissimo", days_ago=5, clock="15:12", language="fr",
        person=person("Océane", "Marchand", "oceane.marchand@example.org", "+33639984417", "8 impasse du Noyer", "44000", "Nantes", "FR", "1129"),
        basket={"espresso-cups": 1, "linen-napkins": 1},
        sendings=(Sending(day=1, clock="16:30", items={"espresso-cups": 1, "linen-napkins": 1}, carrier="Colissimo", number="6A12345678901",
            seen=(label(1, due=5), picked_up(1), moving(3, "05:05", "Arrived at facility", PARIS))),),
    ),
    DemoOrder(
        number="TS-20410", scenario="part_sent", tells="One parcel on its way, the rest not sent", days_ago=5, clock="09:05", is_account=True,
        person=person("Tuuli", "Koskinen", "tuuli.koskinen@example.org", "+4915198765430", "Erlenstraße 41", "10439", "Berlin", "DE", "0604"),
        basket={"walnut-board": 1, "stoneware-bowl": 3, "glazing-at-home": 1},
        sendings=(Sending(day=2, clock="14:30", items={"walnut-board": 1}, carrier="UPS", number="1Z999AA10123456882",
            seen=(label(2, "14:31", due=6), picked_up(2), moving(3, "03:10", "Arrived at facility", VITORIA))),),
    ),
    DemoOrder(
        number="TS-20395", scenario="returned", tells="Refused, on its way back, returned", days_ago=14, clock="18:44",
        person=person("Sverre", "Halvorsen", "sverre.halvorsen@example.org", "+31623456701", "Wilgenhof 2", "9712 GC", "Groningen", "NL", "7741"),
        basket={"serving-plate": 1},
        sendings=(Sending(day=1, clock="16:30", items={"serving-plate": 1}, carrier="UPS", number="1Z999AA10123456891",
            seen=(*north(NL, due=4), van(4, NL),
                  Seen(day=4, clock="13:05", status=None, overlay=Overlay.EXCEPTION, message="Refused by the recipient", stop=NL),
                  Seen(day=5, clock="09:20", status=S.RETURNING, message="Returning to sender", stop=NL),
                  Seen(day=9, clock="11:50", status=S.RETURNED, message="Returned to sender", stop=PORTO))),),
    ),
    DemoOrder(
        number="TS-20412", scenario="digital", tells="A film, nothing to send", days_ago=4, clock="22:31", ends="Complete",
        person=person("Priya", "Nambiar", "priya.nambiar@example.org", "+447700900123", "", "", "", "", "9902"),
        basket={"glazing-at-home": 1},
    ),
    DemoOrder(
        number="TS-20400", scenario="cancelled", tells="Cancelled before it was sent", days_ago=7, clock="12:03", ends="Cancelled",
        person=person("Gustave", "Lemoine", "gustave.lemoine@example.org", "+33639987755", "77 avenue des Charmes", "59800", "Lille", "FR", "6482"),
        basket={"linen-tablecloth": 2},
    ),
    DemoOrder(
        number="TS-20414", scenario="in_transit", tells="A name written from right to left", days_ago=5, clock="07:58", language="ar",
        person=person("ليلى", "الحداد", "layla.alhaddad@example.org", "+971501234567", "شارع السدر ١٢، الجميرا", "44712", "دبي", "AE", "3321"),
        basket={"pour-over-jug": 1, "salt-jar": 1},
        sendings=(Sending(day=1, clock="11:05", items={"pour-over-jug": 1, "salt-jar": 1}, carrier="DHL Express", number="4358127734",
            seen=(label(1, "11:06", due=6), picked_up(1, "15:30"), moving(2, "05:12", "Departed from facility", PARIS), moving(3, "04:55", "Arrived at facility", DUBAI))),),
    ),
    DemoOrder(
        number="TS-20415", scenario="out_for_delivery", tells="A name with a flower in it", days_ago=5, clock="14:49",
        person=person("Fleur 🌸", "O’Súilleabháin-Żółkiewska", "fleur.zolkiewska@example.org", "+353867654321", "The Larches, Knocknacarra 😀", "H91 T8XY", "Gaillimh", "IE", "1470"),
        basket={"linen-napkins": 1, "espresso-cups": 1},
        sendings=(Sending(day=1, clock="10:30", items={"linen-napkins": 1, "espresso-cups": 1}, carrier="UPS", number="1Z999AA10123456908",
            seen=(label(1, "10:31", due=3), picked_up(1), moving(2, "07:40", "Arrived at delivery facility", IE), van(3, IE))),),
    ),
    DemoOrder(
        number="TS-20450", scenario="three_carriers", tells="Two fulfillments, three carriers: UPS, Colissimo, and CTT by link only", days_ago=7, clock="16:16",
        person=person("Clémence", "Aubrac", "clemence.aubrac@example.org", "+33639980050", "41 rue de l’Aulne", "33000", "Bordeaux", "FR", "1450"),
        basket={"serving-plate": 2, "linen-tablecloth": 1, "espresso-cups": 1, "olive-wood-spoons": 1},
        sendings=(
            Sending(day=1, clock="16:30", items={"serving-plate": 2, "linen-tablecloth": 1}, carrier="UPS", number="1Z999AA10123456917",
                seen=(label(1, due=8), picked_up(1), moving(2, "03:10", "Arrived at facility", VITORIA), moving(3, "19:25", "Departed from facility", PARIS)),
                also=(Tracked(carrier="Colissimo", number="6A12345678918", seen=(label(1), picked_up(1), moving(3, "05:05", "Arrived at facility", PARIS))),)),
            Sending(day=2, clock="10:20", items={"espresso-cups": 1}, carrier="CTT", number="RC447100285PT"),
        ),
    ),
    DemoOrder(
        number="TS-20416", scenario="calm", tells="Waits for the simulator: a calm delivery", days_ago=3, clock="11:11",
        person=person("Ottilie", "Brugge", "ottilie.brugge@example.org", "+31645678902", "Kastanjeplein 6", "2514 JN", "Den Haag", "NL", "8055"),
        basket={"stoneware-bowl": 1, "serving-plate": 1},
    ),
    DemoOrder(
        number="TS-20417", scenario="attempt", tells="Waits for the simulator: a failed attempt, then pickup", days_ago=3, clock="16:57",
        person=person("Jasper", "Thornbury", "jasper.thornbury@example.org", "+447700900168", "17 Rowan Lane", "EH6 8RG", "Edinburgh", "GB", "2377"),
        basket={"walnut-board": 1, "olive-wood-spoons": 1},
    ),
    DemoOrder(
        number="TS-20419", scenario="split", tells="Waits for the simulator: split in two", days_ago=2, clock="10:05",
        person=person("Ingrid", "Falkenberg", "ingrid.falkenberg@example.org", "+4915122233440", "Eschenallee 29", "14050", "Berlin", "DE", "6190"),
        basket={"pour-over-jug": 1, "linen-tablecloth": 1, "salt-jar": 1},
    ),
    DemoOrder(
        number="TS-20430", scenario="express", tells="Waits for the simulator: express, by air", days_ago=2, clock="09:20", is_express=True,
        person=person("Marieke", "Oosterhuis", "marieke.oosterhuis@example.org", "+31612340001", "Lijsterbeslaan 2", "9721 AB", "Groningen", "NL", "1200"),
        basket={"espresso-cups": 1},
    ),
    DemoOrder(
        number="TS-20431", scenario="ocean", tells="Waits for the simulator: across an ocean, held at customs", days_ago=3, clock="13:31",
        person=person("Beatrix", "Holloway", "beatrix.holloway@example.org", "+12025550131", "18 Juniper Court", "90026", "Los Angeles", "US", "3001"),
        basket={"stoneware-bowl": 2, "linen-napkins": 1},
    ),
    DemoOrder(
        number="TS-20432", scenario="returned", tells="Waits for the simulator: refused, and back again", days_ago=3, clock="18:02",
        person=person("Anselm", "Kirchner", "anselm.kirchner@example.org", "+4915133344455", "Lindenweg 4", "01099", "Dresden", "DE", "8812"),
        basket={"serving-plate": 1},
    ),
    DemoOrder(
        number="TS-20433", scenario="lost", tells="Waits for the simulator: lost on the way", days_ago=3, clock="07:44",
        person=person("Solveig", "Lindqvist", "solveig.lindqvist@example.org", "+31612340002", "Eikenlaan 60", "6525 ZH", "Nijmegen", "NL", "7604"),
        basket={"pour-over-jug": 1},
    ),
    DemoOrder(
        number="TS-20434", scenario="corrected", tells="Waits for the simulator: delivered, and taken back", days_ago=3, clock="20:36",
        person=person("Théophile", "Garnier", "theophile.garnier@example.org", "+33639980042", "3 quai des Saules", "31000", "Toulouse", "FR", "9183"),
        basket={"walnut-board": 1, "linen-napkins": 1},
    ),
    *BY_SOURCE,
)  # fmt: skip
