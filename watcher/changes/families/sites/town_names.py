"""Towns with a name of their own in several languages, which lists of sites use side by side.

Pure data with a look-up; a town spelt with or without accents, or with a district behind it, needs no row here.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from watcher.changes.families.sites.site_names import plain_text

_SPELLINGS = """
athens athina athinai; antwerp antwerpen anvers; bangalore bengaluru; basel basle bale; beijing peking;
belgrade beograd;
bern berne; bombay mumbai; brunswick braunschweig; brussels bruxelles brussel; bucharest bucuresti; calcutta kolkata;
chennai madras; cologne koln koeln; copenhagen kobenhavn; cracow krakow; dnipro dnipropetrovsk dnepropetrovsk;
florence firenze; frankfurt|frankfurt am main; geneva geneve genf; genoa genova; ghent gent gand; gothenburg goteborg;
guangzhou canton; hanover hannover; heraklion irakleion iraklio; istanbul constantinople; jerusalem yerushalayim;
kharkiv kharkov; kyiv kiev; larissa larisa; leuven louvain; liege luik; lisbon lisboa; lodz lodsch; lviv lvov;
mainz mayence; mexico city|ciudad de mexico|mexico d.f.|cdmx; milan milano; moscow moskva; munich munchen muenchen;
naples napoli; nicosia lefkosia; nuremberg nurnberg nuernberg; odesa odessa; padua padova; patras patra patrai;
piraeus pireas; porto oporto; prague praha; rome roma; saint petersburg|st. petersburg|st petersburg|sankt-peterburg;
saragossa zaragoza; seville sevilla; sofia sofija; tel aviv|tel-aviv|tel aviv-yafo; the hague|den haag|s-gravenhage;
thessaloniki salonica; turin torino; venice venezia; vienna wien; vilnius wilna; warsaw warszawa; wroclaw breslau;
xi'an xian; zaporizhzhia zaporizhzhya zaporozhye; zagreb agram; zurich zuerich
"""
"""One town a row, rows apart by `;`; its names apart by blanks, or by `|` where one has several words."""


def _towns() -> dict[str, str]:
    found = {}
    for row in _SPELLINGS.split(";"):
        names = [plain_text(name) for name in (row.split("|") if "|" in row else row.split())]
        found.update(dict.fromkeys(names, names[0]))
    return found


_TOWNS: Mapping[str, str] = MappingProxyType(_towns())


def plain_town(town: str) -> str:
    """Return a town without case and accents, by one name where it has several."""
    plain = plain_text(town)
    return _TOWNS.get(plain, plain)
