"""Infectious-disease markers: what is looked for in a donor's blood, and what was found."""

from enum import StrEnum


class Marker(StrEnum):
    """One test of a donor's blood, by what it detects."""

    ANTI_HIV = "anti_hiv_1_2"
    HIV_NAT = "hiv_nat"
    HBSAG = "hbsag"
    ANTI_HBC = "anti_hbc"
    HBV_NAT = "hbv_nat"
    ANTI_HCV = "anti_hcv"
    HCV_NAT = "hcv_nat"
    SYPHILIS_NON_SPECIFIC = "syphilis_non_specific"
    SYPHILIS_SPECIFIC = "syphilis_specific"
    HTLV = "anti_htlv_1_2"
    CMV = "cmv"
    EBV = "ebv"
    TOXOPLASMA = "toxoplasma"
    MALARIA = "malaria"
    T_CRUZI = "t_cruzi"
    WEST_NILE_NAT = "west_nile_nat"

    @property
    def words(self) -> str:
        """The test as the bench calls it."""
        return _WORDS[self][0]

    @property
    def agent(self) -> str:
        """The disease agent as a warning label names it."""
        return _WORDS[self][1]


_WORDS = {
    Marker.ANTI_HIV: ("anti-HIV-1/2", "HIV"),
    Marker.HIV_NAT: ("HIV NAT", "HIV"),
    Marker.HBSAG: ("HBsAg", "HBV"),
    Marker.ANTI_HBC: ("anti-HBc", "HBV"),
    Marker.HBV_NAT: ("HBV NAT", "HBV"),
    Marker.ANTI_HCV: ("anti-HCV", "HCV"),
    Marker.HCV_NAT: ("HCV NAT", "HCV"),
    Marker.SYPHILIS_NON_SPECIFIC: ("syphilis, non-specific", "Treponema pallidum"),
    Marker.SYPHILIS_SPECIFIC: ("syphilis, specific", "Treponema pallidum"),
    Marker.HTLV: ("anti-HTLV-I/II", "HTLV"),
    Marker.CMV: ("CMV", "CMV"),
    Marker.EBV: ("EBV", "EBV"),
    Marker.TOXOPLASMA: ("toxoplasma", "Toxoplasma gondii"),
    Marker.MALARIA: ("malaria", "Plasmodium"),
    Marker.T_CRUZI: ("Trypanosoma cruzi", "Trypanosoma cruzi"),
    Marker.WEST_NILE_NAT: ("West Nile virus NAT", "West Nile virus"),
}


class MarkerOutcome(StrEnum):
    """What the laboratory answered; a pending answer blocks like a reactive one."""

    NON_REACTIVE = "non_reactive"
    REACTIVE = "reactive"
    INDETERMINATE = "indeterminate"
    PENDING = "pending"

    @property
    def label(self) -> str:
        """The outcome as a laboratory writes it."""
        return "Non-reactive" if self is MarkerOutcome.NON_REACTIVE else self.value.capitalize()
