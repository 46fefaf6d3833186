"""What a new practice most likely wants, by its country: time zone, currency, working days."""

from __future__ import annotations

from typing import Final

from accounts.time_zones import zones_of

# ISO 4217 (August 2025) by ISO 3166-1; Bulgaria pays in euro since 1 January 2026.
# Where several are legal tender, the one that prices are usually written in.
_CURRENCIES: Final = """
AED AE|AFN AF|ALL AL|AMD AM|AOA AO|ARS AR|AUD AU CC CX HM KI NF NR TV|AWG AW|AZN AZ|BAM BA|BBD BB
BDT BD|BHD BH|BIF BI|BMD BM|BND BN|BOB BO|BRL BR|BSD BS|BTN BT|BWP BW|BYN BY|BZD BZ|CAD CA|CDF CD
CHF CH LI|CLP CL|CNY CN|COP CO|CRC CR|CUP CU|CVE CV|CZK CZ|DJF DJ|DKK DK FO GL|DOP DO|DZD DZ|EGP EG
ERN ER|ETB ET|FJD FJ|FKP FK|GBP GB GG GS IM JE|GEL GE|GHS GH|GIP GI|GMD GM|GNF GN|GTQ GT|GYD GY
EUR AD AT AX BE BG BL CY DE EE ES FI FR GF GP GR HR IE IT LT LU LV MC ME MF MQ MT NL PM PT RE SI SK SM TF VA YT
HKD HK|HNL HN|HTG HT|HUF HU|IDR ID|ILS IL PS|INR IN|IQD IQ|IRR IR|ISK IS|JMD JM|JOD JO|JPY JP|KES KE
KGS KG|KHR KH|KMF KM|KPW KP|KRW KR|KWD KW|KYD KY|KZT KZ|LAK LA|LBP LB|LKR LK|LRD LR|LSL LS|LYD LY
MAD MA EH|MDL MD|MGA MG|MKD MK|MMK MM|MNT MN|MOP MO|MRU MR|MUR MU|MVR MV|MWK MW|MXN MX|MYR MY|MZN MZ
NAD NA|NGN NG|NIO NI|NOK NO BV SJ|NPR NP|NZD NZ CK NU PN TK|OMR OM|PEN PE|PGK PG|PHP PH|PKR PK|PLN PL
PYG PY|QAR QA|RON RO|RSD RS|RUB RU|RWF RW|SAR SA|SBD SB|SCR SC|SDG SD|SEK SE|SGD SG|SHP SH|SLE SL
SOS SO|SRD SR|SSP SS|STN ST|SYP SY|SZL SZ|THB TH|TJS TJ|TMT TM|TND TN|TOP TO|TRY TR|TTD TT|TWD TW
TZS TZ|UAH UA|UGX UG|UYU UY|UZS UZ|VES VE|VND VN|VUV VU|WST WS|XAF CF CG CM GA GQ TD
USD AQ AS BQ EC FM GU IO MH MP PA PR PW SV TC TL UM US VG VI ZW
XCD AG AI DM GD KN LC MS VC|XCG CW SX|XOF BF BJ CI GW ML NE SN TG|XPF NC PF WF|YER YE|ZAR ZA|ZMW ZM
"""
_CURRENCY_OF: Final = {
    country: currency
    for group in _CURRENCIES.replace("\n", "|").split("|")
    if group
    for currency, *countries in [group.split()]
    for country in countries
}

# Where the first zone of zone.tab is not the one that most people live in
_MAIN_ZONES: Final = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "FM": "Pacific/Pohnpei",
    "RU": "Europe/Moscow",
    "UZ": "Asia/Tashkent",
}
# The zone of each subdivision's capital (tzdata's zone.tab and its comments)
_SUBDIVISION_ZONES: Final = {
    "Australia/Adelaide": "AU-SA",
    "Australia/Brisbane": "AU-QLD",
    "Australia/Darwin": "AU-NT",
    "Australia/Hobart": "AU-TAS",
    "Australia/Melbourne": "AU-VIC",
    "Australia/Perth": "AU-WA",
    "Australia/Sydney": "AU-ACT AU-NSW",
    "America/Edmonton": "CA-AB CA-NT",
    "America/Halifax": "CA-NS CA-PE",
    "America/Iqaluit": "CA-NU",
    "America/Moncton": "CA-NB",
    "America/Regina": "CA-SK",
    "America/St_Johns": "CA-NL",
    "America/Toronto": "CA-ON CA-QC",
    "America/Vancouver": "CA-BC",
    "America/Whitehorse": "CA-YT",
    "America/Winnipeg": "CA-MB",
    "America/Anchorage": "US-AK",
    "America/Boise": "US-ID",
    "America/Chicago": "US-AL US-AR US-IA US-IL US-KS US-LA US-MN US-MO US-MS US-ND US-NE US-OK US-SD US-TN US-TX US-WI",
    "America/Denver": "US-CO US-MT US-NM US-UT US-WY",
    "America/Detroit": "US-MI",
    "America/Indiana/Indianapolis": "US-IN",
    "America/Los_Angeles": "US-CA US-NV US-OR US-WA",
    "America/New_York": "US-CT US-DC US-DE US-FL US-GA US-KY US-MA US-MD US-ME US-NC US-NH US-NJ US-NY US-OH US-PA "
    "US-RI US-SC US-VA US-VT US-WV",
    "America/Phoenix": "US-AZ",
    "Pacific/Honolulu": "US-HI",
}
_ZONE_OF: Final = {
    part: zone for zone, parts in _SUBDIVISION_ZONES.items() for part in parts.split()
}

# Unicode CLDR 47, supplemental weekData: the weekend is Friday and Saturday
_WEEK_FROM_SUNDAY: Final = frozenset(
    ["BH", "DZ", "EG", "IL", "IQ", "JO", "KW", "LY", "OM", "QA", "SA", "SD", "SY", "YE"]
)


def currency_of(country: str) -> str:
    """Return the ISO 4217 currency that prices of a country (ISO 3166-1) are written in; USD where none is known."""
    return _CURRENCY_OF.get(country, "USD")


def likely_zone(country: str, subdivision: str = "") -> str:
    """Return the IANA zone where a practice most likely is, or "" for a country without any."""
    if subdivision in _ZONE_OF:
        return _ZONE_OF[subdivision]
    return _MAIN_ZONES.get(country) or next(iter(zones_of(country)), "")


def working_days(country: str) -> tuple[int, ...]:
    """Return the ISO weekdays on which people usually work."""
    return (7, 1, 2, 3, 4) if country in _WEEK_FROM_SUNDAY else (1, 2, 3, 4, 5)
