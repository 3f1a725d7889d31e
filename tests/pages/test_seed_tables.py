"""Every row of the tables of both seed pages stands on our pages of the same trials."""

import pytest

from tests.pages.reading import by_id, said

MIRRORED, AGGREGATED = "NCT07555496", "NCT07326982"

ROWS = [
    # The mirror's page: its front matter and sections, shown to people.
    (MIRRORED, "main", "A Comparative Study of Erector Spinae Fascia (ESF) Injection and Dry Needling"),
    (MIRRORED, "main", "NCT ID: NCT07555496"),
    (MIRRORED, "main", "Last updated: 29 Apr 2026"),
    (MIRRORED, "basic", "Recruitment status Not yet recruiting"),
    (MIRRORED, "basic", "Phase Not applicable"),
    (MIRRORED, "basic", "Study type Interventional"),
    (MIRRORED, "basic", "Enrollment 120 participants (planned)"),
    (MIRRORED, "basic", "Start May 2026"),
    (MIRRORED, "basic", "Completion 31 Mar 2029"),
    (MIRRORED, "sponsors", "Clinique de la Côte d'Emeraude Lead sponsor"),
    (MIRRORED, "conditions", "Back Pain Lower Back Chronic"),
    (MIRRORED, "summary", "low back pain"),
    (MIRRORED, "eligibility", "Minimum age 18 years"),
    (MIRRORED, "eligibility", "Sex All"),
    (MIRRORED, "eligibility", "Healthy volunteers No"),
    (MIRRORED, "eligibility", "Inclusion Chronic back pain"),
    (MIRRORED, "eligibility", "Exclusion Specific or common low back pain"),
    (MIRRORED, "eligibility", "The text as the registry has it Inclusion Criteria:"),
    (MIRRORED, "groups", "spinal rehabilitation + placebo Placebo comparator"),
    (MIRRORED, "groups", "spinal rehabilitation + dry needling Sham comparator"),
    (MIRRORED, "groups", "spinal rehabilitation + infiltration Experimental"),
    (MIRRORED, "interventions", "infiltration of the erector spinae fascia Procedure"),
    (MIRRORED, "outcomes", "Primary outcomes (1) Change in lumbar functional disability Time frame: between day 0"),
    (MIRRORED, "outcomes", "Secondary outcomes (4) Pain evaluation Time frame: day 0, 1 month, 3 months"),
    (MIRRORED, "locations", "Emerald Coast Clinic St-Malo, France"),
    (MIRRORED, "changes", "First version kept"),
    # The aggregator's page, in its order.
    (AGGREGATED, "main", "Ultrasound-Guided Interfascial Hydrodissection for Gluteal Myofascial Pain"),
    (AGGREGATED, "main", "NCT ID: NCT07326982"),
    (AGGREGATED, "main", "Last updated: 8 Jan 2026"),
    (AGGREGATED, "results", "Study results"),
    (AGGREGATED, "results", "no results of this trial yet"),
    (AGGREGATED, "basic", "Recruitment status Not yet recruiting"),
    (AGGREGATED, "basic", "Phase Not applicable"),
    (AGGREGATED, "basic", "42 participants (planned)"),
    (AGGREGATED, "basic", "Study type Interventional"),
    (AGGREGATED, "basic", "Start 25 Dec 2025"),
    (AGGREGATED, "basic", "Completion 22 Jun 2026"),
    (AGGREGATED, "summary", "Brief summary"),
    (AGGREGATED, "related", "Related trials"),
    (AGGREGATED, "related", "NCT07555496"),
    (AGGREGATED, "description", "diagnostic injection"),
    (AGGREGATED, "conditions", "Piriformis Syndrome"),
    (AGGREGATED, "design", "Allocation Randomized"),
    (AGGREGATED, "design", "Intervention model Parallel"),
    (AGGREGATED, "design", "Primary purpose Treatment"),
    (AGGREGATED, "design", "Masking Double"),
    (AGGREGATED, "groups", "Ultrasound-Guided Interfascial Hydrodissection Dextrose solution"),
    (AGGREGATED, "groups", "Ultrasound-guided gluteus maximus dry needling Dry needling of the gluteus maximus."),
    (AGGREGATED, "groups", "Ultrasound-Guided Gluteus Maximus Dry Needling Procedure Needling without any fluid"),
    (AGGREGATED, "interventions", "Ultrasound-Guided Interfascial Hydrodissection Procedure"),
    (AGGREGATED, "interventions", "Ultrasound-Guided Gluteus Maximus Dry Needling Procedure"),
    (AGGREGATED, "eligibility", "Inclusion Pain in the buttock"),
    (AGGREGATED, "eligibility", "Exclusion Disease or earlier surgery of the hip joint"),
    (AGGREGATED, "eligibility", "Minimum age 18 years Maximum age 75 years Sex All Healthy volunteers No"),
    (AGGREGATED, "sponsors", "Istanbul University - Cerrahpasa Lead sponsor · Other"),
    (
        AGGREGATED,
        "locations",
        "Istanbul University-Cerrahpaşa, Cerrahpaşa Faculty of Medicine Istanbul, Turkey (Türkiye)",
    ),
    (AGGREGATED, "locations", "Countries Turkey (Türkiye)"),
    (AGGREGATED, "main", "The record says nothing of: outcomes, responsible party, contacts."),
    (AGGREGATED, "references", "Tantanatip A, Patisumpitawong W, Lee S."),
    (AGGREGATED, "references", "Misirlioglu TO, Akgun K"),
    (AGGREGATED, "references", "Kaga M, Ueda T."),
    (AGGREGATED, "identifiers", "CTFPIRHD2025 Identifier type: – · Identifier source: Organisation's study id"),
]


@pytest.mark.parametrize(("nct_id", "part", "text"), ROWS)
def test_row_of_a_seed_stands_on_our_page(site, nct_id, part, text):
    assert text in said(by_id(site.trial(nct_id), part))


SECTIONS = {MIRRORED: 12, AGGREGATED: 15}
"""How many of the eighteen sections the record has something for."""


@pytest.mark.parametrize("nct_id", [MIRRORED, AGGREGATED])
def test_every_section_has_a_plain_language_help(site, nct_id):
    sections = list(site.trial(nct_id).iter("section"))
    assert len(sections) == SECTIONS[nct_id]
    for section in sections:
        assert len(said(section.find("p[@class='help']"))) > 25
