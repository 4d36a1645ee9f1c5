"""States and provinces as carriers write them: letters, native names, and what a postcode tells of them."""

from __future__ import annotations

#: Letters that GeoNames numbers: "country" -> "letters=GeoNames code". ISO 3166-2 and the posts' own abbreviations.
LETTERS: dict[str, str] = {
    "CA": "AB=01 BC=02 MB=03 NB=04 NL=05 NF=05 NS=07 ON=08 PE=09 PEI=09 QC=10 PQ=10 SK=11 YT=12 YK=12 NT=13 NU=14",
    "AU": "ACT=01 NSW=02 NT=03 QLD=04 SA=05 TAS=06 VIC=07 WA=08",
    "BR": "AC=01 AL=02 AP=03 AM=04 BA=05 DF=07 ES=08 MS=11 MA=13 MT=14 MG=15 PA=16 PB=17 PR=18 PI=20 RJ=21 RN=22 "
    "RS=23 RO=24 RR=25 SC=26 SP=27 SE=28 GO=29 PE=30 TO=31 CE=06",
    "MX": "AGU=01 AGS=01 AG=01 BCN=02 BC=02 BCS=03 CAM=04 CAMP=04 CHP=05 CHIS=05 CHH=06 CHIH=06 COA=07 COAH=07 COL=08 "
    "CMX=09 CDMX=09 DF=09 DIF=09 DUR=10 DGO=10 GUA=11 GTO=11 GRO=12 HID=13 HGO=13 JAL=14 MEX=15 EDOMEX=15 MIC=16 MICH=16 "
    "MOR=17 NAY=18 NLE=19 NL=19 OAX=20 PUE=21 QUE=22 QRO=22 ROO=23 QROO=23 SLP=24 SIN=25 SON=26 TAB=27 TAM=28 TAMPS=28 "
    "TLA=29 TLAX=29 VER=30 YUC=31 ZAC=32",
    "IN": "AN=01 AP=02 AS=03 CH=05 DL=07 GJ=09 HR=10 HP=11 JK=12 KL=13 LD=14 MH=16 MN=17 ML=18 KA=19 NL=20 OR=21 OD=21 "
    "PY=22 PB=23 RJ=24 TN=25 TR=26 WB=28 SK=29 AR=30 MZ=31 GA=33 BR=34 MP=35 UP=36 CT=37 CG=37 JH=38 UT=39 UK=39 TG=40 "
    "TS=40 LA=41 DH=52",
    "DE": "BW=01 BY=02 HB=03 HH=04 HE=05 NI=06 NW=07 NRW=07 RP=08 SL=09 SH=10 BB=11 MV=12 SN=13 ST=14 TH=15 BE=16",
    "GB": "EN=ENG WA=WLS SC=SCT NI=NIR",
    "NL": "DR=01 FR=02 GE=03 GR=04 LI=05 NB=06 NH=07 UT=09 ZE=10 ZH=11 OV=15 FL=16",
    "AT": "B=01 K=02 N=03 NOE=03 O=04 OOE=04 S=05 ST=06 T=07 V=08 W=09",
    "JP": "13=40 27=32",
}

#: Names in the country's own language where GeoNames has the English one. "name=GeoNames code", spaces left out.
NATIVE: dict[str, str] = {
    "DE": "bayern=02 hessen=05 niedersachsen=06 nordrheinwestfalen=07 sachsen=13 sachsenanhalt=14 thuringen=15 berlin=16 "
    "badenwurttemberg=01 rhinelandpalatinate=08 saxony=13 bavaria=02",
    "AT": "wien=09 tirol=07 steiermark=06 oberosterreich=04 niederosterreich=03 karnten=02",
    "IT": "lombardia=09 piemonte=12 toscana=16 sicilia=15 sardegna=14 puglia=13 marche=10 valledaosta=19 basilicata=02 "
    "friuliveneziagiulia=06 trentinoaltoadige=17",
    "ES": "cataluna=56 catalunya=56 andalucia=51 castillaleon=55 castillayleon=55 castillalamancha=54 paisvasco=59 "
    "euskadi=59 navarra=32 aragon=52 canarias=53 islascanarias=53 baleares=07 islasbaleares=07 illesbalears=07 "
    "comunidaddemadrid=29 comunidadvalenciana=60 comunitatvalenciana=60 regiondemurcia=31 extremadura=57 larioja=27",
    "FR": "bretagne=53 normandie=28 corse=94 occitanie=76 nouvelleaquitaine=75 iledefrance=11 paca=93",
    "CH": "zuerich=ZH geneve=GE genf=GE luzern=LU wallis=VS tessin=TI graubunden=GR stgallen=SG baselstadt=BS",
    "BE": "vlaanderen=VLG wallonie=WAL bruxelles=BRU brussel=BRU brussels=BRU",
    "NL": "zuidholland=11 noordholland=07 noordbrabant=06",
    "CA": "quebec=10 newfoundland=05 labrador=05 princeedward=09",
    "BR": "distritofederal=07",
    "MX": "ciudaddemexico=09 distritofederal=09 estadodemexico=15 nuevoleon=19",
    "CN": "guangxizhuang=16 xinjianguygur=13 innermongolia=20 neimenggu=20 xizang=14 "
    "广东=30 浙江=02 江苏=04 福建=07 山东=25 河北=10 河南=09 湖北=12 湖南=11 四川=32 陕西=26 山西=24 安徽=01 江西=03 辽宁=19 "
    "吉林=05 黑龙江=08 云南=29 贵州=18 广西=16 海南=31 甘肃=15 青海=06 内蒙古=20 宁夏=21 新疆=13 西藏=14 北京=22 上海=23 "
    "天津=28 重庆=33",
    "GB": "england=ENG scotland=SCT wales=WLS northernireland=NIR greaterlondon=ENG",
}

#: ZIP codes by their first three digits: the first of a run, and the state that it belongs to ("" none, or abroad).
_ZIP3 = """
000- 005NY 006PR 008VI 009PR 010MA 028RI 030NH 039ME 050VT 055MA 056VT 060CT 063NY 064CT 070NJ 090- 100NY 150PA 197DE 200DC
201VA 202DC 206MD 220VA 247WV 269- 270NC 290SC 300GA 320FL 340- 341FL 350AL 370TN 386MS 398GA 400KY 430OH 460IN 480MI
500IA 530WI 550MN 569DC 570SD 580ND 590MT 600IL 630MO 660KS 680NE 700LA 716AR 730OK 733TX 734OK 750TX 800CO 820WY 832ID
840UT 850AZ 870NM 885TX 889NV 900CA 967HI 969GU 970OR 980WA 995AK
"""
_ZIP_RUNS = [(run[:3], run[3:].strip("-")) for run in _ZIP3.split()]

_CANADA = {"A": "05", "B": "07", "C": "09", "E": "04", "G": "10", "H": "10", "J": "10"} | {"R": "03", "S": "11"}
_CANADA |= dict.fromkeys("KLMNP", "08") | {"T": "01", "V": "02", "Y": "12"}
_AUSTRALIA = {"2": "02", "3": "07", "4": "04", "5": "05", "6": "08", "7": "06"}

#: Territories with a code of their own that sources file under the country they belong to.
BELONGS: dict[str, frozenset[str]] = {
    "US": frozenset({"PR", "VI", "GU", "AS", "MP"}),
    "FR": frozenset({"GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF"}),
    "GB": frozenset({"JE", "GG", "IM"}),
    "CN": frozenset({"HK", "MO"}),
    "NL": frozenset({"AW", "CW", "SX", "BQ"}),
    "FI": frozenset({"AX"}),
    "DK": frozenset({"FO", "GL"}),
    "NO": frozenset({"SJ"}),
}

_FRENCH = {"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT", "987": "PF", "988": "NC"}


def territory(country: str, region: str, postcode: str) -> str:
    """Return the code of the territory that a region or postcode means inside ``country``, else ``country`` itself."""
    short = region.strip().upper()
    if short in BELONGS.get(country, ()):
        return short
    digits = "".join(letter for letter in postcode if letter.isdigit())
    if country == "FR" and len(digits) == 5:
        return _FRENCH.get(digits[:3], country)
    return country


def of_postcode(country: str, postcode: str) -> str:
    """Return GeoNames' code of the region that a whole postcode lies in, "" where no rule tells."""
    code = postcode.strip().upper()
    if country == "US" and len(code) >= 5 and code[:5].isdigit():
        return next((state for first, state in reversed(_ZIP_RUNS) if first <= code[:3]), "")
    if country == "CA" and len(code) >= 3 and code[1].isdigit():
        return _CANADA.get(code[0], "")
    if country == "AU" and len(code) == 4 and code.isdigit() and not code.startswith(("26", "29")):
        return _AUSTRALIA.get(code[0], "")
    return ""
