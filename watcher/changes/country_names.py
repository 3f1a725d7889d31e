"""The spellings of countries: which names mean the same country, and which take an article.

Pure data with two look-ups. Two names mean one country when they have the same words in any order and case, with or
without accents (`Korea, Republic of`, `Republic of Korea`), or stand in one row of the table below.

Source: names in records of ClinicalTrials.gov API v2 and of its older archives; ISO 3166-1 short and official names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Antigua and Barbuda": ("Antigua",),
        "Bahamas": ("Bahamas, The",),
        "Belarus": ("Byelarus", "Belorussia"),
        "Bolivia": ("Bolivia, Plurinational State of",),
        "Bosnia and Herzegovina": ("Bosnia", "Bosnia-Hercegovina", "Bosnia & Herzegovina"),
        "Brazil": ("Brasil",),
        "Brunei": ("Brunei Darussalam",),
        "Cabo Verde": ("Cape Verde",),
        "China": ("People's Republic of China", "China, Mainland", "PR China", "P.R. China", "PRC"),
        "Côte d’Ivoire": ("Côte D'Ivoire", "Cote d Ivoire", "Ivory Coast"),
        "Czechia": ("Czech Republic",),
        "Democratic Republic of the Congo": (
            "Congo, The Democratic Republic of the",
            "Congo, Democratic Republic",
            "DR Congo",
            "Zaire",
        ),
        "Republic of the Congo": ("Congo", "Congo-Brazzaville"),
        "Egypt": ("Arab Republic of Egypt",),
        "Eswatini": ("Swaziland",),
        "Germany": ("Deutschland", "Federal Republic of Germany"),
        "Greece": ("Hellenic Republic", "Hellas"),
        "Hong Kong": ("Hong Kong, China", "China, Hong Kong", "Hong Kong SAR", "Hong Kong SAR, China"),
        "Iran": ("Iran, Islamic Republic of",),
        "Ireland": ("Republic of Ireland", "Eire"),
        "Italy": ("Italia",),
        "Laos": ("Lao People's Democratic Republic", "Lao PDR"),
        "Libya": ("Libyan Arab Jamahiriya",),
        "Macau": ("Macao", "Macao, China", "China, Macao", "Macau, China", "Macao SAR", "Macau SAR"),
        "Mexico": ("United Mexican States",),
        "Micronesia": ("Micronesia, Federated States of",),
        "Moldova": ("Moldova, Republic of", "Moldavia"),
        "Myanmar": ("Burma", "Myanmar (Burma)"),
        "Netherlands": ("Holland", "The Netherlands"),
        "North Korea": ("Korea, Democratic People's Republic of", "Korea, North", "DPRK"),
        "North Macedonia": (
            "Macedonia, The Former Yugoslav Republic of",
            "Macedonia",
            "FYR Macedonia",
            "Republic of North Macedonia",
        ),
        "Palestinian Territories": (
            "Palestinian Territory, occupied",
            "Palestinian Territories, Occupied",
            "Palestinian Territory",
            "Palestine",
            "Palestine, State of",
        ),
        "Philippines": ("Republic of the Philippines",),
        "Poland": ("Polska",),
        "Réunion": ("Reunion Island",),
        "Russia": ("Russian Federation",),
        "Saint Kitts and Nevis": ("St. Kitts and Nevis",),
        "Saint Lucia": ("St. Lucia",),
        "Saint Vincent and the Grenadines": ("St. Vincent and the Grenadines",),
        "Serbia": ("Republic of Serbia",),
        "Singapore": ("Republic of Singapore",),
        "Slovakia": ("Slovak Republic",),
        "Slovenia": ("Republic of Slovenia",),
        "South Africa": ("Republic of South Africa", "RSA"),
        "South Korea": ("Korea, Republic of", "Korea, South", "Korea", "Korea (South)", "Republic of Korea (South)"),
        "Spain": ("España", "Kingdom of Spain"),
        "Switzerland": ("Swiss Confederation", "Schweiz", "Suisse"),
        "Syria": ("Syrian Arab Republic",),
        "Taiwan": (
            "Taiwan, Province of China",
            "Taiwan, China",
            "Taiwan, Republic of China",
            "Taiwan (Republic of China)",
            "Chinese Taipei",
        ),
        "Tanzania": ("Tanzania, United Republic of",),
        "Thailand": ("Kingdom of Thailand",),
        "Timor-Leste": ("East Timor",),
        "Turkey (Türkiye)": ("Turkey", "Türkiye", "Republic of Turkey", "Republic of Türkiye", "Türkiye (Turkey)"),
        "Ukraine": ("Ukrainian SSR",),
        "United Arab Emirates": ("UAE", "U.A.E."),
        "United Kingdom": (
            "UK",
            "U.K.",
            "Great Britain",
            "United Kingdom of Great Britain and Northern Ireland",
            "Britain",
        ),
        "United States": ("United States of America", "USA", "U.S.A.", "US", "U.S."),
        "Vatican City": ("Holy See (Vatican City State)", "Holy See"),
        "Venezuela": ("Venezuela, Bolivarian Republic of",),
        "Vietnam": ("Viet Nam", "Socialist Republic of Vietnam"),
        "Virgin Islands (U.S.)": ("Virgin Islands, U.S.", "U.S. Virgin Islands", "United States Virgin Islands"),
        "Yugoslavia": ("Former Yugoslavia",),
    }
)
"""The name the registry uses today → other spellings of the same country."""

_ONE_NAME = """
Afghanistan; Albania; Algeria; American Samoa; Andorra; Angola; Argentina; Armenia; Aruba; Australia; Austria;
Azerbaijan; Bahrain; Bangladesh; Barbados; Belgium; Belize; Benin; Bermuda; Bhutan; Botswana; British Virgin Islands;
Bulgaria; Burkina Faso; Burundi; Cambodia; Cameroon; Canada; Cayman Islands; Central African Republic; Chad; Chile;
Colombia; Comoros; Costa Rica; Croatia; Cuba; Curaçao; Cyprus; Denmark; Djibouti; Dominica; Dominican Republic; Ecuador;
El Salvador; Equatorial Guinea; Eritrea; Estonia; Ethiopia; Faroe Islands; Fiji; Finland; France; French Guiana;
French Polynesia; Gabon; Gambia; Georgia; Ghana; Gibraltar; Greenland; Grenada; Guadeloupe; Guam; Guatemala; Guinea;
Guinea-Bissau; Guyana; Haiti; Honduras; Hungary; Iceland; India; Indonesia; Iraq; Israel; Jamaica; Japan; Jersey;
Jordan; Kazakhstan; Kenya; Kiribati; Kosovo; Kuwait; Kyrgyzstan; Latvia; Lebanon; Lesotho; Liberia; Liechtenstein;
Lithuania; Luxembourg; Madagascar; Malawi; Malaysia; Maldives; Mali; Malta; Marshall Islands; Martinique; Mauritania;
Mauritius; Mayotte; Monaco; Mongolia; Montenegro; Morocco; Mozambique; Namibia; Nepal; Netherlands Antilles;
New Caledonia; New Zealand; Nicaragua; Niger; Nigeria; Northern Mariana Islands; Norway; Oman; Pakistan; Panama;
Papua New Guinea; Paraguay; Peru; Portugal; Puerto Rico; Qatar; Romania; Rwanda; Samoa; San Marino; Saudi Arabia;
Senegal; Seychelles; Sierra Leone; Solomon Islands; Somalia; South Sudan; Sri Lanka; Sudan; Suriname; Sweden;
Tajikistan; Togo; Tonga; Trinidad and Tobago; Tunisia; Turkmenistan; Uganda; Uruguay; Uzbekistan; Vanuatu; Yemen;
Zambia; Zimbabwe
"""
"""Countries with one name, which may still stand in capitals or with `Republic of` before it; apart by `;`."""

_WITH_ARTICLE = frozenset(
    {
        "Bahamas",
        "British Virgin Islands",
        "Cayman Islands",
        "Central African Republic",
        "Comoros",
        "Democratic Republic of the Congo",
        "Dominican Republic",
        "Faroe Islands",
        "Gambia",
        "Maldives",
        "Marshall Islands",
        "Netherlands",
        "Netherlands Antilles",
        "Northern Mariana Islands",
        "Palestinian Territories",
        "Philippines",
        "Republic of the Congo",
        "Seychelles",
        "Solomon Islands",
        "United Arab Emirates",
        "United Kingdom",
        "United States",
        "Virgin Islands (U.S.)",
    }
)
"""Countries that take an article in a sentence: `in the United Kingdom`."""

_SILENT = frozenset({"the", "of", "and", "republic", "kingdom"})
_TELLING = frozenset({"democratic", "south", "north", "central", "dominican", "peoples", "united", "congo"})
"""Where one of these stands in a name, `republic` and `kingdom` tell it from another."""
_WORD = re.compile(r"[^\W_]+")


def country_key(name: str) -> tuple[str, ...]:
    """Return the words of a country's name in one order, without case, accents, articles and `Republic of`."""
    apart = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("’", "").replace("'", "").replace(".", ""))
    words = _WORD.findall("".join(sign for sign in apart if not unicodedata.combining(sign)).casefold())
    kept = {word for word in words if word not in _SILENT}
    if kept & _TELLING:
        kept |= {word for word in words if word in ("republic", "kingdom")}
    return tuple(sorted(kept or words))


_TODAY = frozenset([*SPELLINGS, *(" ".join(name.split()) for name in _ONE_NAME.split(";"))])
_NAMES: Mapping[tuple[str, ...], str] = MappingProxyType(
    {country_key(name): name for name in sorted(_TODAY)}
    | {country_key(spelling): name for name, others in SPELLINGS.items() for spelling in others}
)


def canonical_country(name: str) -> str:
    """Return the name the registry uses today for a country in any spelling.

    Returns:
        Today's name; a name the table does not have as it is, without doubled blanks.
    """
    if name in _TODAY:
        return name
    found = _NAMES.get(country_key(name))
    return found if found is not None else " ".join(name.split())


def with_article(name: str) -> str:
    """Return a country's name as it stands in a sentence: `the United Kingdom`, `Spain`."""
    return f"the {name}" if name in _WITH_ARTICLE else name
