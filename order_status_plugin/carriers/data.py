"""The carriers. A link template stands only where a public source states it; the comment names the source.

``jkeen`` is https://github.com/jkeen/tracking_number_data (MIT), ``tracking_url`` of the courier's file;
``shops`` means that several independent public shop systems link this way.
"""

from __future__ import annotations

from .carrier import Carrier

CARRIERS: tuple[Carrier, ...] = (
    Carrier(
        "ups",
        "UPS",
        ("United Parcel Service", "UPS Ground", "UPS Express", "UPS Freight"),
        "",
        "https://www.ups.com/track",
        "https://www.ups.com/track?tracknum={number}",  # shops
        ("ups-1z",),
    ),
    Carrier(
        "fedex",
        "FedEx",
        ("Federal Express", "FedEx Express", "FedEx Ground", "FedEx Home Delivery"),
        "",
        "https://www.fedex.com/en-us/tracking.html",
        "https://www.fedex.com/apps/fedextrack/?tracknumbers={number}",  # jkeen fedex
        ("fedex-12",),
    ),
    Carrier(
        "usps",
        "USPS",
        ("United States Postal Service", "US Postal Service", "US Post"),
        "US",
        "https://tools.usps.com/go/TrackConfirmAction_input",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",  # jkeen usps
        ("usps", "s10"),
    ),
    Carrier(
        "dhl-express",
        "DHL Express",
        ("DHL", "DHL Worldwide Express"),
        "",
        "https://www.dhl.com/global-en/home/tracking.html",
        "https://www.dhl.com/global-en/home/tracking/tracking-express.html?submit=1&tracking-id={number}",  # shops
    ),
    Carrier(
        "dhl-ecommerce",
        "DHL eCommerce",
        ("DHL Global Mail", "DHL eCommerce US", "DHL eCommerce Americas"),
        "US",
        "https://webtrack.dhlecs.com/",
        "https://webtrack.dhlecs.com/orders?trackingNumber={number}",  # shops
    ),
    Carrier(
        "dhl-paket",
        "DHL Paket",
        ("DHL Germany", "DHL Parcel Germany", "Deutsche Post DHL"),
        "DE",
        "https://www.dhl.de/de/privatkunden/dhl-sendungsverfolgung.html",
        "https://nolp.dhl.de/nextt-online-public/set_identcodes.do?lang=de&idc={number}",  # shops
    ),
    Carrier(
        "dpd",
        "DPD",
        ("DPD Group", "DPDgroup", "Dynamic Parcel Distribution"),
        "",
        "https://www.dpd.com/",
        "https://www.dpdgroup.com/nl/mydpd/my-parcels/track?lang=en&parcelNumber={number}",  # jkeen dpd
    ),
    Carrier(
        "dpd-uk",
        "DPD UK",
        ("DPD Local", "Interlink Express"),
        "GB",
        "https://track.dpd.co.uk/",
        "https://track.dpd.co.uk/search?reference={number}",  # shops
    ),
    Carrier(
        "gls",
        "GLS",
        ("General Logistics Systems", "GLS Germany", "GLS Europe"),
        "",
        "https://gls-group.com/",
        "https://gls-group.eu/track/{number}",  # shops
    ),
    Carrier(
        "royal-mail",
        "Royal Mail",
        ("Royal Mail Tracked", "RoyalMail UK"),
        "GB",
        "https://www.royalmail.com/track-your-item",
        "https://www.royalmail.com/track-your-item#/tracking-results/{number}",  # shops
        ("s10",),
    ),
    Carrier(
        "parcelforce",
        "Parcelforce",
        ("Parcelforce Worldwide", "Parcel Force"),
        "GB",
        "https://www.parcelforce.com/track-trace",
        "https://www.parcelforce.com/track-trace?trackNumber={number}",  # shops
    ),
    Carrier(
        "evri",
        "Evri",
        ("Hermes", "Hermes UK", "myHermes", "myHermes UK"),
        "GB",
        "https://www.evri.com/track-a-parcel",
        "https://www.evri.com/track/parcel/{number}",  # shops
    ),
    Carrier(
        "yodel",
        "Yodel",
        ("Yodel Direct",),
        "GB",
        "https://www.yodel.co.uk/track",
        "https://www.yodel.co.uk/tracking/{number}",  # jkeen yodel
    ),
    Carrier(
        "postnl",
        "PostNL",
        ("PostNL Domestic", "PostNL International", "TNT Post"),
        "NL",
        "https://jouw.postnl.nl/track-and-trace/",
        "https://jouw.postnl.nl/track-and-trace/{number}",  # shops; the page then asks for the postcode
        ("s10",),
    ),
    Carrier(
        "postnord-se",
        "PostNord",
        ("PostNord SE", "PostNord Sweden", "PostNord Sverige", "Posten AB", "Portal PostNord"),
        "SE",
        "https://www.postnord.se/",
        "https://tracking.postnord.com/se/?id={number}",  # shops
        ("s10",),
    ),
    Carrier(
        "postnord-dk",
        "PostNord",
        ("PostNord DK", "PostNord Denmark", "PostNord Danmark", "Danmark Post"),
        "DK",
        "https://www.postnord.dk/",
        "https://tracking.postnord.com/dk/?id={number}",  # shops
        ("s10",),
    ),
    Carrier(
        "postnord-no",
        "PostNord",
        ("PostNord NO", "PostNord Norway", "PostNord Norge"),
        "NO",
        "https://www.postnord.no/",
    ),
    Carrier(
        "colissimo",
        "Colissimo",
        ("La Poste Colissimo", "La Poste", "LaPoste", "Lettre suivie"),
        "FR",
        "https://www.laposte.fr/outils/suivre-vos-envois",
        "https://www.laposte.fr/outils/suivre-vos-envois?code={number}",  # shops
        ("s10",),
    ),
    Carrier(
        "chronopost",
        "Chronopost",
        ("Chronopost France", "Chrono 13", "Chrono 18"),
        "FR",
        "https://www.chronopost.fr/fr",
        "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={number}",  # shops
    ),
    # No template: its page answers only to the number together with the postcode, which is personal.
    Carrier(
        "mondial-relay",
        "Mondial Relay",
        ("MondialRelay", "Point Relais"),
        "FR",
        "https://www.mondialrelay.fr/suivi-de-colis/",
    ),
    Carrier(
        "correos",
        "Correos",
        ("Correos España", "Correos de España", "Spain Post", "Spain Correos"),
        "ES",
        "https://www.correos.es/",
        "https://www.correos.es/es/es/herramientas/localizador/envios/detalle?tracking-number={number}",  # shops
        ("s10",),
    ),
    Carrier("seur", "SEUR", ("Seur España",), "ES", "https://www.seur.com/"),
    Carrier(
        "ctt",
        "CTT",
        ("CTT Correios", "Correios de Portugal", "Portugal CTT", "CTT Portugal", "Portugal Post"),
        "PT",
        "https://www.ctt.pt/",
        "https://www.ctt.pt/feapl_2/app/open/objectSearch/objectSearch.jspx?objects={number}",  # shops
        ("s10",),
    ),
    Carrier(
        "ctt-express", "CTT Express", ("CTT Express Portugal", "CTT Expresso"), "PT", "https://www.cttexpress.com/"
    ),
    Carrier(
        "poste-italiane",
        "Poste Italiane",
        ("Poste", "Italy Post", "Posteitaliane"),
        "IT",
        "https://www.poste.it/cerca/index.html",
        "https://www.poste.it/cerca/index.html#/risultati-spedizioni/{number}",  # shops
        ("s10",),
    ),
    Carrier(
        "deutsche-post",
        "Deutsche Post",
        ("Deutsche Post Mail", "German Post"),
        "DE",
        "https://www.deutschepost.de/",
        "https://www.deutschepost.de/sendung/simpleQuery.html?form.sendungsnummer={number}",  # shops
        ("s10",),
    ),
    Carrier("hermes-de", "Hermes Germany", ("Hermes Deutschland", "myHermes.de"), "DE", "https://www.myhermes.de/"),
    Carrier(
        "canada-post",
        "Canada Post",
        ("Postes Canada", "CanadaPost"),
        "CA",
        "https://www.canadapost-postescanada.ca/track-reperage/en",
        "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={number}",  # jkeen canadapost
        ("s10",),
    ),
    Carrier(
        "purolator",
        "Purolator",
        ("Purolator Courier",),
        "CA",
        "https://www.purolator.com/",
        "https://www.purolator.com/en/shipping/tracker?searchValue={number}",  # jkeen purolator
    ),
    Carrier(
        "ontrac",
        "OnTrac",
        (),
        "US",
        "https://www.ontrac.com/",
        "https://www.ontrac.com/tracking/?number={number}",  # jkeen ontrac
    ),
    Carrier(
        "australia-post",
        "Australia Post",
        ("AusPost", "AustraliaPost", "Auspost eParcel"),
        "AU",
        "https://auspost.com.au/mypost/track/",
        "https://auspost.com.au/mypost/track/#/details/{number}",  # shops
        ("s10",),
    ),
    Carrier(
        "swiss-post",
        "Swiss Post",
        ("Die Post", "La Poste Suisse", "La Posta", "Post CH"),
        "CH",
        "https://service.post.ch/ekp-web/ui/",
        "https://service.post.ch/ekp-web/ui/entry/search/{number}",  # shops
        ("s10",),
    ),
    Carrier(
        "bpost",
        "bpost",
        ("BPost International", "Belgium Post", "Belgian Post", "Bpack"),
        "BE",
        "https://track.bpost.cloud/btr/web/",
        "https://track.bpost.cloud/btr/web/#/search?itemCode={number}",  # shops
        ("s10",),
    ),
    Carrier(
        "an-post",
        "An Post",
        ("AnPost", "Ireland Post"),
        "IE",
        "https://www.anpost.com/Post-Parcels/Track",
        "https://www.anpost.com/Post-Parcels/Track/History?item={number}",  # shops
        ("s10",),
    ),
    Carrier(
        "inpost",
        "InPost",
        ("InPost Paczkomaty", "InPost Poland", "Paczkomaty"),
        "PL",
        "https://inpost.pl/sledzenie-przesylek",
        "https://inpost.pl/sledzenie-przesylek?number={number}",  # shops
    ),
)
