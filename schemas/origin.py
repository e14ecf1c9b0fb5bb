"""Where cells come from, for whom, and under whose law: words that donors and products share."""

from enum import StrEnum


class Tissue(StrEnum):
    """What a donation is taken from."""

    BONE_MARROW = "bone_marrow"
    UMBILICAL_CORD = "umbilical_cord"
    ADIPOSE = "adipose"


class DonationUse(StrEnum):
    """For whom a donation is given (R-DON-06, R-DON-23, R-DON-27)."""

    AUTOLOGOUS = "autologous"
    """For the donor."""
    ALLOGENEIC = "allogeneic"
    """For patients not known at the donation."""
    DIRECTED_ALLOGENEIC = "directed_allogeneic"
    """For one named patient, by a relative."""

    @property
    def for_one_patient(self) -> bool:
        """Whether the cells are for one patient, known by a chain-of-identity code."""
        return self is not DonationUse.ALLOGENEIC

    @property
    def statement(self) -> str | None:
        """What every label says of it (R-DEL-02, R-DEL-05); nothing where it is for anybody."""
        return STATEMENTS.get(self)


STATEMENTS = {
    DonationUse.AUTOLOGOUS: "For autologous use only.",
    DonationUse.DIRECTED_ALLOGENEIC: "For the named patient only.",
}


class Jurisdiction(StrEnum):
    """Whose rules on donors and labels apply."""

    EU = "EU"
    US = "US"
