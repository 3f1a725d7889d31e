"""The words that eligibility texts use in their headings, in the languages the registry's sponsors write.

Holds words only; how a line is read as a heading stands in `headings`.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(re.findall(r"\S+", words))


INCLUSION_NAME = re.compile(
    r"inclus(?:ion|ione|ioni|iones|ions|ionary|ao|oes|ie)|inklusion\w*|inklusjon\w*|inclusie\w*|inkluder\w*"
    r"|einschlu(?:ss|s)\w*|insluit\w*|includere|dahil|wlaczeni\w*|включени\w*|ukljuc\w*|zaraz\w*"
)
"""A word of a heading that names inclusion; texts are folded as `headings` folds them (case and accents undone)."""

EXCLUSION_NAME = re.compile(
    r"exclus(?:ion|iones|ions|ionary|ao|oes|ie)|esclusion[ei]|exklusion\w*|eksklusjon\w*|eksklusion\w*|exclusie\w*"
    r"|ausschlu(?:ss|s)\w*|uitsluit\w*|excludere|disqualification\w*|ineligib\w*|noninclusion\w*|haric|dislama"
    r"|wylaczeni\w*|wykluczeni\w*|исключени\w*|невключени\w*|iskljuc\w*|vylouc\w*"
)
"""A word of a heading that names exclusion."""

INCLUSION_SIGNS = ("入选", "纳入", "納入", "入組", "入组", "選択基準", "選択規準", "適格", "組み入れ", "선정", "포함")
EXCLUSION_SIGNS = ("排除", "除外", "剔除", "제외")
"""Names in scripts that write words without blanks."""

CRITERIA = re.compile(
    r"criteri(?:a|as|on|ons|o|os|um|i|ile)|criteres?|criteris|kriteri(?:en|um|er|a|i|ji)?|kriterleri|kryteri\w*|критери\w*"
    r"|\w+(?:criteria|kriteri\w*|criterium)|crit"
)
"""`Criteria` in several languages, also as the end of a compound."""

CRITERIA_SIGNS = ("标准", "標準", "基準", "기준")

NEGATIONS = _set("non no not nao nicht keine kein ne pas never without nie niet niej")

GENERIC = _set(
    "key main major general principal primary important list of the a an and or for with to in as by per on all"
    " include includes including included but are is not limited be abbreviated summary summarised summarized brief"
    " following follows study trial full protocol de d l di da do dos du des der die das den dem la le les los las el"
    " del della i il lo pour para fur per zur zum y e et und oder"
)
"""Words that tell nothing about which criteria stand under a heading."""

SENTENCE = _set(
    "meet meets meeting met apply applies applied fulfil fulfill fulfils fulfills fulfilled fulfilling be been being"
    " may might will would shall must should can cannot could have has had having was were who whom that which if"
    " when because prior before after since until at than must do does did defined available listed see known"
    " unless except agree agrees able unable willing is"
)
"""Words that make a line a sentence and no title."""

STRATA = _set(
    "cohort cohorts part parts phase phases arm arms group groups stage stages substudy substudies stratum strata"
    " population populations control controls case cases aim aims visit visits screening randomization randomisation"
    " enrollment enrolment baseline registration induction maintenance consolidation crossover extension"
    " patient patients subject subjects participant participants volunteer volunteers donor donors recipient"
    " recipients mother mothers father fathers parent parents child children infant infants neonate neonates newborn"
    " newborns adolescent adolescents adult adults caregiver caregivers sibling siblings partner partners family"
    " families clinician clinicians physician physicians nurse nurses provider providers staff student students"
    " men women male males female females healthy pediatric paediatric elderly aya step steps period epoch tier"
    " level sub-study qualitative quantitative component pilot"
)
"""Words that name a part of the study or a group of people: a heading of its own within a section."""

TOPICS = _set(
    "age sex gender disease characteristics characteristic diagnosis tumor tumour cancer histology performance status"
    " life expectancy hematopoietic haematopoietic hematologic haematologic hematological haematological hematology"
    " haematology hepatic liver renal kidney cardiovascular cardiac cardiology cv pulmonary respiratory neurologic"
    " neurological neurology psychiatric psychological gastrointestinal endocrine endocrinology metabolic infectious"
    " infection infections immunologic immunological dermatologic ocular ophthalmic musculoskeletal"
    " laboratory labs lab blood bone marrow organ organs function functions coagulation biologic biological"
    " chemotherapy endocrine radiotherapy radiation surgery surgical therapy therapies treatment treatments"
    " medication medications drugs drug concomitant concurrent prior previous other others medical history conditions"
    " condition comorbidity comorbidities diabetes weight bmi reproductive pregnancy contraception fertility"
    " consent informed compliance lifestyle habits allergy allergies imaging safety demographic demographics"
    " clinical experience procedures requirements specific additional related tests test values parameters"
    " social language genetic molecular biomarker biomarkers vital signs nutrition nutritional physical examination"
    " exam mental health substance abuse use alcohol tobacco smoking vaccination vaccines general"
)
"""Topics under which criteria are grouped within a section: `PATIENT CHARACTERISTICS`, `Renal`."""

NEGATIVE = re.compile(
    r"exc\w*|no|non|not|without|refus\w*|reject\w*|contraind\w*|ineligib\w*|withdraw\w*|eliminat\w*|drop\w*"
    r"|discontinu\w*|disqualif\w*|never|unable|cannot|prohibit\w*|forbid\w*|stopping|terminat\w*|remov\w*|restrict\w*"
    r"|barred|unsuitable|inappropriate"
)
"""Words after which a heading is not taken for one of a group or topic: the lines under it may be exclusions."""

DOUBTFUL = re.compile(rf"{NEGATIVE.pattern}|included|incl|elig\w*")
"""The same, and words that may name a section."""

NOT_MISSPELT = _set(
    "occlusion occlusions conclusion conclusions seclusion preclusion illusion illusions infusion infusions intrusion"
    " extrusion excision excisions incision incisions invasion evasion extension exertion exception exceptions"
    " expansion excretion explosion erosion effusion delusion delusions inclusive exclusive induction"
)
"""Words that look like a misspelt `inclusion` or `exclusion` and are none."""

EXCLUDES = re.compile(
    r"\b(?:not|never)\b[^.:]{0,60}\b(?:eligible|includ\w*|enrol\w*|participat\w*|take part|join\w*|enter\w*|qualif\w*"
    r"|recruit\w*|accept\w*|allowed|permitted|suitable|considered)\b"
    r"|\bineligib\w*|(?:\b(?:must|should|shall|will) be )?\bexclud\w*|\bexclusion\w*|\bdisqualif\w*"
)
INCLUDES = re.compile(r"\beligible\b|\bincluded\b|\benrolled\b|\brecruited\b|\binvited\b|\bqualify\b|\binclusion\b")
"""What a sentence in front of a list says of those to whom the list applies."""

FORBIDS = re.compile(r"\b(?:must|should|may|shall|can|do|does|will) ?not\b|\bnone of\b|\bwithout\b")
DEMANDS = re.compile(r"\bmust\b|\bshould\b|\bmeet\w* (?:all|the|at least|each)\b|\bfulfil\w*|\brequired\b|\bneed to\b")
"""The same, less plainly: enough to agree with a section, never to change it."""

EVERYBODY = re.compile(
    r"(?:(?:all|any|the|potential|eligible|male|female|study)\s)*(?:patients?|subjects?|participants?|individuals?|persons?"
    r"|people|volunteers?|those|candidates?|children|adults)\b(?!\s(?:with|having|on|receiving|taking)\b(?! any))"
    r"|any of the\b|the following\b|you\b|presence of any\b"
)
"""A sentence that speaks of everybody, not of some of those under a criterion."""
