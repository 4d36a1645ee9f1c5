"""Airports and hubs by the names that carriers write instead of a city's. Codes are IATA's; written by hand."""

from __future__ import annotations

from typing import NamedTuple

from .names import key


class Hub(NamedTuple):
    """The city that a hub belongs to."""

    country: str
    city: str
    region: str = ""  # GeoNames' code, where the city's name alone would not do


#: "code or name = country:city[:region]"; words of a name are joined by "_".
_HUBS = """
SDF=US:Louisville:KY MEM=US:Memphis:TN CVG=US:Hebron:KY IND=US:Indianapolis:IN ANC=US:Anchorage:AK JFK=US:New_York_City:NY
LGA=US:New_York_City:NY EWR=US:Newark:NJ ORD=US:Chicago:IL RFD=US:Rockford:IL LAX=US:Los_Angeles:CA ONT=US:Ontario:CA
OAK=US:Oakland:CA SFO=US:San_Francisco:CA SEA=US:Seattle:WA PDX=US:Portland:OR DFW=US:Dallas:TX AFW=US:Fort_Worth:TX
IAH=US:Houston:TX MIA=US:Miami:FL MCO=US:Orlando:FL ATL=US:Atlanta:GA PHL=US:Philadelphia:PA BOS=US:Boston:MA
IAD=US:Dulles_Town_Center:VA DEN=US:Denver:CO SLC=US:Salt_Lake_City:UT PHX=US:Phoenix:AZ MSP=US:Minneapolis:MN
DTW=US:Detroit:MI HNL=US:Honolulu:HI ILN=US:Wilmington:OH BWI=US:Baltimore:MD CLT=US:Charlotte:NC STL=US:St._Louis:MO
MCI=US:Kansas_City:MO LAS=US:Las_Vegas:NV SAN=US:San_Diego:CA TPA=US:Tampa:FL YYZ=CA:Mississauga YVR=CA:Richmond:02
YMX=CA:Mirabel YUL=CA:Montréal YYC=CA:Calgary YEG=CA:Edmonton YHM=CA:Hamilton:08 YWG=CA:Winnipeg YOW=CA:Ottawa YHZ=CA:Halifax
LEJ=DE:Schkeuditz CGN=DE:Köln FRA=DE:Frankfurt_am_Main MUC=DE:Munich BER=DE:Berlin HAM=DE:Hamburg DUS=DE:Düsseldorf
HHN=DE:Simmern STR=DE:Stuttgart HAJ=DE:Hannover NUE=DE:Nürnberg
CDG=FR:Roissy-en-France ORY=FR:Orly LYS=FR:Lyon MRS=FR:Marseille TLS=FR:Toulouse NCE=FR:Nice BSL=FR:Saint-Louis:44
EMA=GB:Castle_Donington LHR=GB:London LGW=GB:Crawley STN=GB:Stansted_Mountfitchet LTN=GB:Luton MAN=GB:Manchester
BHX=GB:Birmingham EDI=GB:Edinburgh GLA=GB:Glasgow BFS=GB:Belfast DUB=IE:Dublin SNN=IE:Shannon
AMS=NL:Schiphol-Rijk EIN=NL:Eindhoven MST=NL:Maastricht BRU=BE:Brussels LGG=BE:Liège LUX=LU:Luxembourg
MXP=IT:Milan LIN=IT:Milan BGY=IT:Bergamo FCO=IT:Rome CIA=IT:Rome BLQ=IT:Bologna MAD=ES:Madrid BCN=ES:Barcelona
VIT=ES:Vitoria-Gasteiz VLC=ES:Valencia SVQ=ES:Sevilla LIS=PT:Lisbon OPO=PT:Porto ZRH=CH:Zürich GVA=CH:Genève
VIE=AT:Vienna LNZ=AT:Linz PRG=CZ:Prague BUD=HU:Budapest WAW=PL:Warsaw KTW=PL:Katowice CPH=DK:Copenhagen BLL=DK:Billund
MMX=SE:Malmö ARN=SE:Stockholm GOT=SE:Göteborg OSL=NO:Oslo HEL=FI:Helsinki RIX=LV:Riga TLL=EE:Tallinn VNO=LT:Vilnius
ATH=GR:Athens OTP=RO:Bucharest SOF=BG:Sofia ZAG=HR:Zagreb LJU=SI:Ljubljana BEG=RS:Belgrade IST=TR:Istanbul SAW=TR:Istanbul
SVO=RU:Moscow DME=RU:Moscow VKO=RU:Moscow LED=RU:Saint_Petersburg KBP=UA:Kyiv TLV=IL:Tel_Aviv CAI=EG:Cairo
DXB=AE:Dubai DWC=AE:Dubai AUH=AE:Abu_Dhabi SHJ=AE:Sharjah DOH=QA:Doha BAH=BH:Manama RUH=SA:Riyadh JED=SA:Jeddah
DEL=IN:New_Delhi BOM=IN:Mumbai BLR=IN:Bengaluru MAA=IN:Chennai HYD=IN:Hyderabad CCU=IN:Kolkata CMB=LK:Colombo DAC=BD:Dhaka
KHI=PK:Karachi HKG=HK:Hong_Kong MFM=MO:Macau PVG=CN:Shanghai SHA=CN:Shanghai PEK=CN:Beijing PKX=CN:Beijing CAN=CN:Guangzhou
SZX=CN:Shenzhen CTU=CN:Chengdu CKG=CN:Chongqing HGH=CN:Hangzhou CGO=CN:Zhengzhou XMN=CN:Xiamen NKG=CN:Nanjing EHU=CN:Ezhou
TPE=TW:Taoyuan KHH=TW:Kaohsiung NRT=JP:Narita HND=JP:Tokyo KIX=JP:Izumisano NGO=JP:Nagoya FUK=JP:Fukuoka ICN=KR:Incheon
GMP=KR:Seoul SIN=SG:Singapore KUL=MY:Kuala_Lumpur PEN=MY:George_Town BKK=TH:Bangkok SGN=VN:Ho_Chi_Minh_City HAN=VN:Hanoi
CGK=ID:Jakarta MNL=PH:Manila CRK=PH:Angeles_City SYD=AU:Sydney MEL=AU:Melbourne BNE=AU:Brisbane PER=AU:Perth ADL=AU:Adelaide
AKL=NZ:Auckland CHC=NZ:Christchurch JNB=ZA:Johannesburg CPT=ZA:Cape_Town NBO=KE:Nairobi LOS=NG:Lagos ADD=ET:Addis_Ababa
GRU=BR:Guarulhos VCP=BR:Campinas GIG=BR:Rio_de_Janeiro EZE=AR:Buenos_Aires SCL=CL:Santiago LIM=PE:Lima BOG=CO:Bogotá
PTY=PA:Panamá MEX=MX:Mexico_City TLC=MX:Toluca GDL=MX:Guadalajara MTY=MX:Monterrey SJU=PR:San_Juan
east_midlands=GB:Castle_Donington east_midlands_airport=GB:Castle_Donington emids=GB:Castle_Donington
heathrow=GB:London london_heathrow=GB:London heathrow_worldwide=GB:London hwdc=GB:London gatwick=GB:Crawley
london_gatwick=GB:Crawley stansted=GB:Stansted_Mountfitchet london_stansted=GB:Stansted_Mountfitchet london_luton=GB:Luton
langley_hwdc=GB:London dirft=GB:Daventry
roissy=FR:Roissy-en-France roissy_cdg=FR:Roissy-en-France paris_cdg=FR:Roissy-en-France
paris_charles_de_gaulle=FR:Roissy-en-France charles_de_gaulle=FR:Roissy-en-France roissy_charles_de_gaulle=FR:Roissy-en-France
paris_orly=FR:Orly leipzig_halle=DE:Schkeuditz halle_leipzig=DE:Schkeuditz frankfurt=DE:Frankfurt_am_Main
frankfurt_main=DE:Frankfurt_am_Main koln_bonn=DE:Köln koeln_bonn=DE:Köln cologne_bonn=DE:Köln niederaula=DE:Niederaula
hannover_langenhagen=DE:Langenhagen worldport=US:Louisville:KY louisville_worldport=US:Louisville:KY
northern_kentucky=US:Hebron:KY cincinnati_hub=US:Hebron:KY ups_worldport=US:Louisville:KY
jamaica=US:Queens:NY ohare=US:Chicago:IL dulles=US:Dulles_Town_Center:VA
schiphol=NL:Schiphol-Rijk amsterdam_schiphol=NL:Schiphol-Rijk bierset=BE:Liège liege_bierset=BE:Liège
milano_malpensa=IT:Milan malpensa=IT:Milan milan_malpensa=IT:Milan linate=IT:Milan milano_linate=IT:Milan
milano_roserio=IT:Milan roserio=IT:Milan roma_fiumicino=IT:Fiumicino lonate_pozzolo=IT:Lonate_Pozzolo
barajas=ES:Madrid madrid_barajas=ES:Madrid el_prat=ES:El_Prat_de_Llobregat
haneda=JP:Tokyo tokyo_haneda=JP:Tokyo kansai=JP:Izumisano osaka_kansai=JP:Izumisano chubu=JP:Tokoname
tokyo_international=JP:Tokyo kawasaki_higashi=JP:Kawasaki changi=SG:Singapore pudong=CN:Shanghai hongqiao=CN:Shanghai
baiyun=CN:Guangzhou baoan=CN:Shenzhen chek_lap_kok=HK:Hong_Kong tsing_yi=HK:Tsing_Yi_Town kwai_chung=HK:Kwai_Chung
suvarnabhumi=TH:Bangkok lax=US:Los_Angeles:CA nyc=US:New_York_City:NY new_york=US:New_York_City:NY
arlanda=SE:Stockholm gardermoen=NO:Oslo kastrup=DK:Copenhagen vantaa=FI:Vantaa sepang=MY:Sepang
domodedovo=RU:Domodedovo vnukovo=RU:Moscow sheremetyevo=RU:Moscow benito_juarez=MX:Mexico_City pantaco=MX:Mexico_City
jebel_ali=AE:Dubai
"""


def _hubs() -> dict[str, Hub]:
    found = {}
    for entry in _HUBS.split():
        name, _, what = entry.partition("=")
        found[name if name.isupper() else key(name.replace("_", " "))] = Hub(*what.replace("_", " ").split(":"))
    return found


#: By IATA code in capitals, or by the key of a name.
HUBS = _hubs()
