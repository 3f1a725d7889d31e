"""How much the names of two sites are alike, in any order, language, spelling, or with a department or number added.

Compares words: accents, case, plurals and doubled letters do not count; common words of facilities are one word in all
languages (`Hospital Universitario La Paz`, `La Paz University Hospital`) and tell no facility from another.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from types import MappingProxyType

ALIKE = 0.5
"""From this likeness on two names in one town are one facility."""

_APART = str.maketrans({"ß": "ss", "ø": "o", "Ø": "o", "æ": "a", "Æ": "a", "œ": "o", "ł": "l", "Ł": "l", "ı": "i"})
_OWNERS = re.compile(r"['’`´]s\b|\b[ldLD]['’`´]\s*|['’`´]")
_VOWELS = re.compile(r"([aou])e")
_DOUBLED = re.compile(r"([^\W\d_])\1")
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(
    r"[\s,;/-]*[(\[]?\s*\b(?:(?:investigat\w+|study|research|clinical|trial)\s+)?(?:sites?|locations?|investigator)\b"
    r"(?:\s*(?:number|no|id|ref(?:erence)?))?[\s:#.\-–(]*[a-z]{0,3}\d{1,8}\s*[)\]]*"
    r"|[\s,;/-]*[(\[]\s*#?\s*\d{3,8}\s*[)\]]",
    re.IGNORECASE,
)
"""A sponsor's number of the site beside its name: `( Site 0001)`, `- Site 12`, `(0012)`."""

_LONGEST = 300
_LEAST_LETTERS = 6
_TYPING = 0.8

_LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "hospital": "hospital hospitals hospit* hopita* ospeda* krankenhau* ziekenhui* sjukhu* sykehu* sygehu* szpital*"
        " hastane* nemocni* korhaz* sairaal* spital* bolni* infirmary",
        "clinic": "clinic* klini* cliniq* kliniek* poliklini* policlin* polyclin* ambulator*",
        "university": "universit* uniwersyt* univ uni unisersit*",
        "clinic university": "universitatsklini* uniklini* universitatsspital* universitatskrankenh*",
        "center": "center* centre* centro* centru* zentrum* zentr* centar* merkez* keskus* cent ctr",
        "institute": "institu* instytut* enstitu* inst ist",
        "research": "research* investiga* ricerca* recherche* forschung* pesquis* arastirma*",
        "medicine": "medic* medis* medizin* med tip md",
        "department": "department* depart* dept* servic* servizi* abteilun* division* unit units unidad* unita unite"
        " ward* oddelen* oddzial* section",
        "school": "school* facult* facolt* fakult* college* escuela*",
        "cancer": "cancer* kanker* krebs* tumor* rakovin*",
        "oncology": "oncol* onko* oncolo*",
        "hematology": "hematol* hamatol* haematol*",
        "allergy": "allerg* alerg*",
        "cardiology": "cardi* kardi*",
        "neurology": "neurol* neuroscien* neurosurg*",
        "dermatology": "dermat*",
        "rheumatology": "rheumat* reumat* romatol*",
        "gastroenterology": "gastro* hepatol*",
        "endocrinology": "endocr* endokr* diabet* diabetol* metabol*",
        "pulmonology": "pulm* pneum* respirat* chest thoracic* asthma",
        "nephrology": "nephr* nefr* renal kidney dialys*",
        "urology": "urol*",
        "immunology": "immun*",
        "ophthalmology": "ophthal* oftalm* eye eyes retina augen*",
        "psychiatry": "psychia* psiquia* psychol*",
        "surgery": "surg* chirur* cirug* cirurg* orthop* ortop* trauma*",
        "radiology": "radio* radiat* imaging* nuclear",
        "gynecology": "gynec* gynac* gynako* ginec* obstet* maternity",
        "infection": "infect* infekt* infecc* hiv virol*",
        "pediatrics": "pediat* padiat* paediat* pediatr* children child kinder* infantil* enfant* bambin*",
        "women": "women* woman frauen* mujer* donna",
        "veterans": "veteran* va vamc",
        "national": "nation* nazion* nacion*",
        "general": "general* generale",
        "regional": "region* district* provincial* county",
        "saint": "st ste saint* san santa sant sankt sint sao santo svet* swiet*",
        "north": "north* norte nord*",
        "south": "south* sur sul sud*",
        "east": "east* este oriental* ost",
        "west": "west* oeste occident*",
        "": "no nr number clinical the of and for at in on de la le les el los las du des del della di da do"
        " dos das d l e et y und der die van von zu im am fur a an to with inc llc ltd co corp gmbh pa pc"
        " pllc sa srl spa site sites ve i ii iii named after",
    }
)
"""A common word of facilities → its spellings; `*` ends a beginning of words."""

_COMMON = frozenset(
    _WORD.findall(
        "health system care healthcare network group associates foundation fundacion fondation fondazione"
        " fundacja trust nhs campus main building office local study trials trial specialists consultants"
        " partners practice comprehensive integrated memorial academic affiliated teaching public state"
        " federal municipal city irccs chu chru ch azienda ospedaliera ospedaliero hospitalier hospitalar"
        " sanitaria sanitario science sciences ambulatory outpatient inpatient therapy treatment disease"
        " diseases internal prof dr internacional international sanatorium gbuz fgbu"
    )
)
"""Further words that tell no facility from another."""

_CONTRASTS = frozenset({"pediatrics", "women", "veterans", "north", "south", "east", "west"})
"""Common words that tell one hospital of a town from another where no other word does."""


def _spellings() -> tuple[dict[str, str], dict[str, list[tuple[str, str]]]]:
    whole: dict[str, str] = {}
    starts: dict[str, list[tuple[str, str]]] = {}
    for common, spellings in _LANGUAGES.items():
        for spelling in spellings.split():
            plain = _spelt(spelling.rstrip("*"))
            if spelling.endswith("*"):
                starts.setdefault(plain[:3], []).append((plain, common))
            else:
                whole.setdefault(plain, common)
    return whole, starts


def _spelt(word: str) -> str:
    """Spell a word without accents, plural, doubled letters and the `e` that writes an umlaut."""
    if "e" in word:
        word = _VOWELS.sub(r"\1", word)
    if any(map(operator.eq, word, word[1:])):
        word = _DOUBLED.sub(r"\1", word)
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


_WHOLE, _STARTS = _spellings()
_UNTELLING = frozenset(_LANGUAGES) | {_spelt(word) for word in _COMMON}


@dataclass(frozen=True, slots=True)
class SiteName:
    """The name of a facility as words.

    Attributes:
        words: Every word, common ones by their common name.
        telling: Those that tell one facility of a town from another: neither common nor the name of a place.
        numbers: Telling words that are numbers: the hospital No. 2 is not the hospital No. 1.
        is_latin: Whether any of it is written in Latin letters.
    """

    words: frozenset[str]
    telling: frozenset[str]
    numbers: frozenset[str]
    is_latin: bool


def plain_text(text: str) -> str:
    """Return a text without case, accents and doubled blanks."""
    if text.isascii():
        return " ".join(text[:_LONGEST].casefold().split())
    apart = unicodedata.normalize("NFKD", text[:_LONGEST].translate(_APART))
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().split())


def place_words(place: str) -> frozenset[str]:
    """Return the words of a town, state or country, spelt as those of a `SiteName`; they tell no facility there."""
    return frozenset(_spelt(word) for word in _WORD.findall(plain_text(place)) if not word.isdigit())


def site_name(facility: str, around: frozenset[str]) -> SiteName:
    """Read the name of a facility.

    Args:
        facility: The name as the record spells it.
        around: Words of its town, state and country.

    Returns:
        Its words.
    """
    plain = plain_text(_OWNERS.sub("", facility))
    has_digit = any(map(str.isdigit, plain))
    words = _common((_WORD.findall(_NUMBER.sub(" ", plain)) if has_digit else ()) or _WORD.findall(plain))
    telling = frozenset(
        word
        for word in words
        if word not in _UNTELLING and word not in around and (len(word) > 1 or not word.isascii() or word.isdigit())
    )
    numbers = frozenset(word for word in telling if word.isdigit()) if has_digit else frozenset()
    return SiteName(frozenset(words), telling, numbers, any("a" <= sign <= "z" for sign in plain))


def _common(words: Iterable[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        spelt = _spelt(word)
        common = _WHOLE.get(spelt)
        if common is None:
            common = next((name for start, name in _STARTS.get(spelt[:3], ()) if spelt.startswith(start)), spelt)
        found.extend(common.split())
    return found


def likeness(one: SiteName, other: SiteName) -> float:
    """Return how alike two names in one town are, 0 to 1; from `ALIKE` on they are one facility.

    A name whose telling words all stand in the other is the same with something added. Where neither has a telling
    word, the common ones must be the same, or all of one must stand in the other without a contrast such as children.
    """
    ours, theirs = one.telling, other.telling
    if one.numbers and other.numbers and not one.numbers & other.numbers:
        return 0.0
    if ours and theirs:
        common = len(ours & theirs)
        dice = 2 * common / (len(ours) + len(theirs))
        return 0.75 + dice / 4 if common == min(len(ours), len(theirs)) else dice * 0.9
    if one.words == other.words:
        return 1.0
    return 0.6 if _is_within(one.words, other.words) and min(len(one.words), len(other.words)) > 1 else 0.0


def share_a_word(one: SiteName, other: SiteName) -> bool:
    """Return whether two names share a telling word, one stands in the other, or they differ by a slip of typing."""
    if one.telling & other.telling or _is_within(one.words, other.words):
        return True
    ours, theirs = (" ".join(sorted(name.telling)) for name in (one, other))
    if min(len(ours), len(theirs)) < _LEAST_LETTERS or any(sign.isdigit() for sign in ours + theirs):
        return False
    return SequenceMatcher(None, ours, theirs, autojunk=False).ratio() >= _TYPING


def _is_within(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Return whether all words of one stand in the other, which adds no contrast such as children."""
    smaller, bigger = sorted((ours, theirs), key=len)
    return bool(smaller) and smaller <= bigger and not (bigger - smaller) & _CONTRASTS
