"""What carriers and sources write as a place, and what is meant. Written by hand after their public documentation.

A line is the place and what must come of it. The place is free text, or ``city; region; postcode; country``. What
comes of it is a city and its country, ``~ CC`` for no more than the country or one of its regions, or ``-`` for nothing.
"""

from __future__ import annotations

from order_status_plugin.events import Place

USPS = """
JACKSONVILLE FL DISTRIBUTION CENTER;;;US = Jacksonville US
JACKSONVILLE FL DISTRIBUTION CENTER = Jacksonville US
QUEENS NY DISTRIBUTION CENTER;;;US = Queens US
LOS ANGELES CA INTERNATIONAL DISTRIBUTION CENTER = Los Angeles US
ISC NEW YORK NY(USPS) = New York City US
ISC CHICAGO IL (USPS);;;US = Chicago US
ISC MIAMI FL (USPS);;;US = Miami US
NORTH HOUSTON TX DISTRIBUTION CENTER;;;US = Houston US
SOUTHEASTERN PA DISTRIBUTION CENTER;;;US = ~ US
MEMPHIS TN DISTRIBUTION CENTER ANNEX;;;US = Memphis US
DALLAS TX NETWORK DISTRIBUTION CENTER;;;US = Dallas US
DENVER CO NETWORK DISTRIBUTION CENTER = Denver US
ST LOUIS MO NETWORK DISTRIBUTION CENTER = St. Louis US
FORT WORTH, TX 76161 = Fort Worth US
EDISON TWP;NJ;;US = Edison US
EDISON;NJ;08817;US = Edison US
BROOKLYN HGTS;OH;44131;US = Brooklyn Heights US
KENLY;NC;27542;US = Kenly US
ANCHORAGE;AK;99502;US = Anchorage US
HONOLULU HI PROCESSING CENTER = Honolulu US
WARRENDALE PA DISTRIBUTION CENTER = -
WARRENDALE PA DISTRIBUTION CENTER;;;US = ~ US
KEARNY;NJ;07032;US = Kearny US
MOUNT PLEASANT;SC;29464;US = Mount Pleasant US
MT PLEASANT;MI;48858;US = Mount Pleasant US
FT LAUDERDALE;FL;;US = Fort Lauderdale US
N LAS VEGAS;NV;89031;US = North Las Vegas US
W PALM BEACH;FL;33401;US = West Palm Beach US
SPRINGFIELD;;01103;US = Springfield US
PORTLAND;;04101;US = Portland US
SALT LAKE CITY UT DISTRIBUTION CENTER;;;US = Salt Lake City US
SAN JUAN;PR;00936;US = San Juan PR
OKLAHOMA CITY;OK;73102;US = Oklahoma City US
WASHINGTON;DC;20066;US = Washington US
COLLEGE STATION;TX;77840;US = College Station US
INDIANAPOLIS, IN 46206 = Indianapolis US
PORTLAND, OR 97208 = Portland US
"""

UPS = """
Louisville;KY;40213;US = Louisville US
Louisville, KY, United States = Louisville US
Koeln, Germany = Köln DE
Castle Donington, United Kingdom = Castle Donington GB
East Midlands;;;GB = Castle Donington GB
Hodgkins, IL, United States = Hodgkins US
Maumee;OH;;US = Maumee US
Secaucus;NJ;;US = Secaucus US
Philadelphia, PA, US = Philadelphia US
Ontario, CA, United States = Ontario US
Ontario;CA;;US = Ontario US
Herne-Boernig;;;DE = Herne DE
Roissy Charles De Gaulle;;;FR = Roissy-en-France FR
Chilly Mazarin, France = Chilly-Mazarin FR
Tamworth, United Kingdom = Tamworth GB
Shenzhen, China Mainland = Shenzhen CN
Zhengzhou, China Mainland = Zhengzhou CN
Incheon, Korea, Republic of = Incheon KR
Singapore, Singapore = Singapore SG
Chek Lap Kok, Hong Kong SAR = Hong Kong HK
Narita-Shi, Japan = Narita JP
Dubai, United Arab Emirates = Dubai AE
Mexico;;;MX = Mexico City MX
US = ~ US
United States = ~ US
St-Laurent;QC;;CA = Saint-Laurent CA
Concord;ON;;CA = Concord CA
Saint Paul;MN;;US = St. Paul US
Kuala Lumpur, Malaysia = Kuala Lumpur MY
"""

FEDEX = """
MEMPHIS;TN;38118;US = Memphis US
MEMPHIS, TN = Memphis US
ROISSY CHARLES DE GAULLE CEDEX;95;95722;FR = Roissy-en-France FR
GUANGZHOU CN = Guangzhou CN
INDIANAPOLIS, IN US = Indianapolis US
EDISON, NJ = Edison US
COLOGNE DE = Köln DE
STANSTED GB = Stansted Mountfitchet GB
MISSISSAUGA;ON;;CA = Mississauga CA
OSAKA-SHI JP = Osaka JP
LIEGE BE = Liège BE
SAINT-OUEN-L'AUMONE;;;FR = Saint-Ouen-l'Aumône FR
NEW BERLIN;WI;;US = New Berlin US
OAK CREEK, WI = Oak Creek US
LANTAU ISLAND;;;HK = ~ HK
TLALNEPANTLA DE BAZ;;;MX = Tlalnepantla MX
"""

DHL = """
LEIPZIG - GERMANY = Leipzig DE
Leipzig, Germany = Leipzig DE
CINCINNATI HUB - USA = Hebron US
CINCINNATI HUB, OH - USA = Cincinnati US
EAST MIDLANDS - UK = Castle Donington GB
BRUSSELS - BELGIUM = Brussels BE
HONG KONG - HONG KONG SAR, CHINA = Hong Kong HK
HONG KONG - HONG KONG = Hong Kong HK
TOKYO - JAPAN = Tokyo JP
MILAN - ITALY = Milan IT
MADRID - SPAIN = Madrid ES
VITORIA - SPAIN = Gasteiz / Vitoria ES
MARSEILLE - FRANCE = Marseille FR
PARIS - FRANCE = Paris FR
CAPE TOWN - SOUTH AFRICA = Cape Town ZA
NEW YORK CITY GATEWAY, NY - USA = New York City US
LOS ANGELES GATEWAY - USA = Los Angeles US
SHENZHEN - CHINA, PEOPLES REPUBLIC = Shenzhen CN
SHANGHAI - CHINA MAINLAND = Shanghai CN
SEOUL - KOREA, REPUBLIC OF (SOUTH K.) = Seoul KR
SYDNEY - AUSTRALIA = Sydney AU
PRAGUE - CZECH REPUBLIC, THE = Prague CZ
Oderweg 2, AMSTERDAM = Amsterdam NL
Oderweg 2, AMSTERDAM;;;NL = Amsterdam NL
Briefzentrum Leipzig;;;DE = Leipzig DE
Paketzentrum Neuwied;;;DE = Neuwied DE
IPZ Niederaula;;;DE = Niederaula DE
Zustellbasis Muenchen;;;DE = Munich DE
Radefeld;;;DE = ~ DE
Obertshausen;;;DE = Obertshausen DE
Speyer, Germany = Speyer DE
Feucht;;;DE = Feucht DE
MUENSTER;;48143;DE = Münster DE
GOETTINGEN;;;DE = Göttingen DE
Bonn;;;DE = Bonn DE
"""

FRANCE = """
Agence Colissimo Lyon;;;FR = Lyon FR
Plateforme colis Gennevilliers;;;FR = Gennevilliers FR
Plateforme Colis MOISSY CRAMAYEL;;77550;FR = Moissy-Cramayel FR
PARIS 15;;75015;FR = Paris FR
75001 PARIS, FRANCE = Paris FR
ROISSY;;;FR = Roissy-en-France FR
BORDEAUX CEDEX;;33000;FR = Bordeaux FR
ST DENIS;;97400;FR = Saint-Denis RE
SAINT-DENIS;;93200;FR = Saint-Denis FR
LE MANS;;;FR = Le Mans FR
Bureau de poste LILLE;;;FR = Lille FR
L HAY LES ROSES;;94240;FR = L'Haÿ-les-Roses FR
STE GENEVIEVE DES BOIS;;;FR = Sainte-Geneviève-des-Bois FR
Marseille, Bouches-du-Rhône, France = Marseille FR
FR = ~ FR
"""

CANADA = """
MISSISSAUGA, ON = Mississauga CA
TORONTO;ON;;CA = Toronto CA
TORONTO, Ontario = Toronto CA
MONTREAL;QC;;CA = Montréal CA
RICHMOND, BC = Richmond CA
VANCOUVER;BC;;CA = Vancouver CA
ST. JOHN'S;NL;;CA = St. John's CA
QUEBEC;QC;;CA = Québec CA
LONDON, ON = London CA
LONDON;ON;;CA = London CA
HAMILTON, ON, CA = Hamilton CA
NORTH YORK;ON;;CA = ~ CA
PARIS;ON;;CA = Paris CA
SCARBOROUGH, ON = ~ CA
Winnipeg, Manitoba, Canada = Winnipeg CA
"""

BRITAIN = """
Croydon DO;;;GB = Croydon GB
Medway Mail Centre;;;GB = ~ GB
Warrington Mail Centre;;;GB = Warrington GB
Northampton, ENGLAND = Northampton GB
Langley HWDC;;;GB = London GB
HEATHROW WORLDWIDE DISTRIBUTION CENTRE;;;GB = London GB
Edinburgh, SCOTLAND = Edinburgh GB
Glasgow, United Kingdom = Glasgow GB
Birmingham, GB = Birmingham GB
LONDON SW1A 1AA, UNITED KINGDOM = London GB
Stoke-on-Trent;;;GB = Stoke-on-Trent GB
NEWCASTLE UPON TYNE;;;GB = Newcastle upon Tyne GB
Perth, Scotland = Perth GB
Belfast, Northern Ireland = Belfast GB
Cambridge, Cambridgeshire, United Kingdom = Cambridge GB
"""

EUROPE = """
Madrid Barajas CTA;;;ES = Madrid ES
CTA MADRID;;;ES = Madrid ES
Unidad de Reparto Sevilla;;;ES = Sevilla ES
A CORUNA;;;ES = A Coruña ES
Zaragoza, España = Zaragoza ES
L'HOSPITALET DE LLOBREGAT;;;ES = L'Hospitalet de Llobregat ES
CS MILANO ROSERIO;MI;;IT = Milan IT
MILANO;MI;20019;IT = Milan IT
ROMA;RM;;IT = Rome IT
FIRENZE, ITALIA = Florence IT
Reggio Emilia;RE;;IT = Reggio nell'Emilia IT
LONATE POZZOLO;VA;;IT = Lonate Pozzolo IT
Sorteercentrum Amersfoort;;;NL = Amersfoort NL
S-HERTOGENBOSCH;;;NL = 's-Hertogenbosch NL
Den Haag, Nederland = The Hague NL
1012 AB AMSTERDAM, NETHERLANDS = Amsterdam NL
Depot 0150 Hückelhoven;;;DE = Hückelhoven DE
Depot Raunheim (DE) = Raunheim DE
DPD Depot Birmingham;;;GB = Birmingham GB
Antwerpen, BE = Antwerp BE
1000 BRUXELLES;;;BE = Brussels BE
WIEN, Oesterreich = Vienna AT
Postamt 1010 Wien;;;AT = Vienna AT
ZUERICH-MUELLIGEN;;;CH = Zürich CH
GENEVE, Suisse = Geneva CH
8048 Zürich, Schweiz = Zürich CH
KOEBENHAVN;;;DK = Copenhagen DK
2100 København Ø, Danmark = Copenhagen DK
GOETEBORG;;;SE = Gothenburg SE
MALMOE, SE = Malmö SE
Warszawa, PL = Warsaw PL
Sortownia Krakow;;;PL = Kraków PL
Praha 22;;;CZ = Prague CZ
Lisboa, Portugal = Lisbon PT
Aarhus;;;DK = Århus DK
Heppignies;;;BE = Heppignies BE
"""

ASIA = """
TOKYO INTERNATIONAL POST OFFICE;;;JP = Tokyo JP
KAWASAKI HIGASHI;KANAGAWA;;JP = Kawasaki JP
OSAKA;;;JAPAN = Osaka JP
東京都 = Tokyo JP
Haneda Chronogate Base;;;JP = Tokyo JP
Guangzhou,China = Guangzhou CN
【广东省深圳市】;;;CN = Shenzhen CN
Shenzhen, CN = Shenzhen CN
CN, Guangdong, Shenzhen = Shenzhen CN
Yiwu, Zhejiang, China = Yiwu CN
DONGGUAN PROCESSING CENTER, CN = Dongguan CN
BEIJING INTERNATIONAL PROCESSING CENTER;;;CN = Beijing CN
东莞市;;;CN = Dongguan CN
SINGAPORE = Singapore SG
HONG KONG = Hong Kong HK
Hong Kong Airmail Centre;;;HK = Hong Kong HK
Taoyuan, Taiwan = Taoyuan TW
BENGALURU;KA;;IN = Bengaluru IN
NEW DELHI FPO;DL;;IN = Delhi IN
Mumbai, Maharashtra, India = Mumbai IN
Seoul, South Korea = Seoul KR
Sydney NSW = Sydney AU
CHULLORA NSW;;2190;AU = ~ AU
SUNSHINE WEST VIC;;;AU = Sunshine West AU
MELBOURNE VIC 3000 = Melbourne AU
PERTH, WA, AU = Perth AU
BRISBANE QLD, Australia = Brisbane AU
AUCKLAND;;;NZ = Auckland NZ
Riyadh, Saudi Arabia = Riyadh SA
Bangkok;;;TH = Bangkok TH
"""

AMERICAS = """
SAO PAULO;SP;;BR = São Paulo BR
CURITIBA / PR;;;BR = Curitiba BR
Unidade de Tratamento Internacional, CURITIBA / PR;;;BR = Curitiba BR
Indaiatuba/SP;;;BR = Indaiatuba BR
Guadalajara;JAL;;MX = Guadalajara MX
MONTERREY, NL, MX = Monterrey MX
CDMX;;;MX = Mexico City MX
Buenos Aires, Argentina = Buenos Aires AR
SANTIAGO, CL = Santiago CL
Bogotá, Colombia = Bogotá CO
"""

#: Words of which nobody can tell the place, or which would lie about the country.
UNKNOWN = """
SPRINGFIELD = -
BIRMINGHAM = -
CAMBRIDGE = -
VALENCIA = -
Departed facility = -
In transit = -
GEORGIA = -
Distribution Center = -
PARIS;;;DE = ~ DE
LONDON;;;FR = ~ FR
BERLIN - FRANCE = ~ FR
TOKYO - GERMANY = ~ DE
SYDNEY, FRANCE = ~ FR
LEIPZIG - GERMANY;;;US = -
12 Paris Street;;;US = ~ US
Berliner Strasse 12;;;DE = ~ DE
SPRINGFIELD;;;US = ~ US
null = -
N/A = -
--- = -
"""

ALL = {
    "USPS": USPS, "UPS": UPS, "FedEx": FEDEX, "DHL": DHL, "France": FRANCE, "Canada": CANADA, "Britain": BRITAIN,
    "Europe": EUROPE, "Asia": ASIA, "Americas": AMERICAS, "unknown": UNKNOWN,
}  # fmt: skip


def place(text: str) -> Place:
    """Return the place that a line's left side writes."""
    if ";" not in text:
        return Place(text=text)
    city, region, postcode, country = (part.strip() for part in text.split(";"))
    return Place(text=city, city=city, region=region, postcode=postcode, country=country)


def cases(block: str) -> list[tuple[Place, str]]:
    """Return each line of a block as a place and what must come of it."""
    pairs = (line.rsplit(" = ", 1) for line in block.strip().splitlines())
    return [(place(text.strip()), wanted.strip()) for text, wanted in pairs]
