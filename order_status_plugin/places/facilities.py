"""Words that carriers write around a place: what kind of house it is, what was done there. Never a place themselves."""

from __future__ import annotations

import re

from .names import words

#: By language of the carriers that write them.
_WORDS = """
distribution sorting sortation sort processing process center centre ctr facility fac hub depot annex anx gateway gtwy gw
airport air arpt apt terminal station sta office offices post postal mail delivery carrier unit network regional
international intl domestic local destination origin inward outward exchange customs clearance logistics logistic warehouse
whse fulfillment fulfilment plant ramp cargo freight express parcel parcels package packages pkg courier service services
point locker shop store pickup drop dropbox partner branch counter agency agent collection consolidation transit
operations operation operating operational ops operator hq
remote encode surface weight overnight main metro area bulk bmc ndc rdc pdc scf lpc ldc dpc dndc adc p&dc pdf isc oe ips vo
mc do ndo dc rpdc mpc cpc ltc spdo rms nsh eh dsp ccc lsc amc afcs usps ups fedex dhl tnt gls dpd hermes evri yodel dhlexpress
fpo gpo ems ecommerce global mail-centre supercentre supercenter megahub superhub northhub easthub southhub westhub
arrived arrival arrive departed departure depart departing arriving received receive accepted accepting left leaving enroute
held released scanned scan out for at in to from the of and on by via processed through your item
agence plateforme plate-forme colis centre tri acheminement bureau poste guichet relais point-relais agences site livraison
courrier distribution plateau international depot douane douanes entrepot distributeur ppdc pic pfc cdis
briefzentrum paketzentrum zustellbasis zustellstutzpunkt zustellzentrum verteilzentrum verteilerzentrum depot filiale
postfiliale paketshop packstation niederlassung frachtzentrum logistikzentrum mechzb zsp zsb ipz iphz gvz zollamt
postamt verteilzentren verteilerbasis abholstation sortierzentrum umschlagbasis lager startzentrum zielzentrum
logistikzentren region einlieferungszentrum
centro oficina oficinas correos cta tratamiento automatizado unidad reparto ud distribucion clasificacion delegacion almacen
plataforma aduana estacion sucursal agencia centros logistico entrega internacional aeropuerto centralizado urbana
centro smistamento postale filiale ufficio hub deposito magazzino dogana cs cmp
sorteercentrum depot postkantoor distributiecentrum sorteercentra servicepunt parcelshop pakketpunt pakketsorteercentrum
pakketdepot bezorgdepot vestiging bezorglocatie magazijn uitwisselingscentrum
terminalen posti postterminal brevterminal utlamningsstalle pakkeshop distributionscenter postcenter posthus godsterminal
pakkecenter paketterminal postterminalen utlevering servicepartner ombud
centro distribuicao tratamento agencia unidade cdd ctce ctci cte ctc ac correios operacional internacional armazem
entreposto cod ctcei encomendas cee cdip cartas
urzad pocztowy sortownia oddzial wer placowka pocztowa paczkomat up terminal
yingyebu branch gpo spo bpc nsm bo eho so ho lbo po
"""
FACILITY = frozenset(word for entry in _WORDS.split() for word in (*words(entry), *words(entry.replace("-", ""))))

#: Endings that make a facility of a town's name in one word. Chinese, Japanese and Korean houses and offices, too.
_ENDINGS = re.compile(
    r"(集散中心|分拨中心|分拣中心|转运中心|转运场|处理中心|营业部|营业点|营业厅|邮件处理中心|国际交换站|互换局|投递部|揽投部|速递|公司|"
    r"网点|中心|仓库|仓|邮局|机场|口岸|海关|支店|営業所|郵便局|新?国際交換局|国際郵便局|ベース|センター|空港|집중국|우체국|물류센터|터미널|허브|"
    r"分公司|处理|收寄|市)+$"
)

#: Words of streets. A segment with one of these and a number is an address: it is never looked up.
STREET = frozenset(
    words(
        "street str strasse straat straße avenue ave av avenida avda boulevard blvd bd road rd lane ln drive dr court way "
        "highway hwy route rte parkway pkwy square terrace close crescent rue chemin allee quai place impasse via viale "
        "corso piazza calle carrer paseo plaza camino rua travessa largo praca weg gasse platz ring damm ufer laan plein "
        "kade gracht dreef singel ulica ul aleja suite ste apt unit floor bldg building dock door apartment"
    )
)
_STREET_ENDINGS = (
    "strasse",
    "straat",
    "weg",
    "gasse",
    "platz",
    "allee",
    "laan",
    "gatan",
    "vej",
    "vagen",
    "veien",
    "gata",
    "plein",
)


def is_facility(parts: list[str]) -> bool:
    """Say whether any of these words is of a house, not of a place."""
    return any(word in FACILITY for word in parts)


def is_street(parts: list[str]) -> bool:
    """Say whether these words name a street."""
    return any(word in STREET or word.endswith(_STREET_ENDINGS) for word in parts)


def without_ending(text: str) -> str:
    """Return a name in a script without gaps, without the kind of house at its end: "东莞市处理中心" gives 东莞."""
    return _ENDINGS.sub("", text)
