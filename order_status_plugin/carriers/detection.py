"""From a number alone to the carriers that it may be from. Candidates with their reasons, never a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from .carrier import Carrier
from .formats import FORMATS, Evidence
from .numbers import normalise_number


@dataclass(frozen=True, slots=True)
class Candidate:
    """A carrier that the number may be from."""

    carrier: Carrier
    evidence: Evidence
    format: str  # name of the format in ``formats.FORMATS``

    @property
    def reason(self) -> str:
        """Say in a sentence why, for staff, in the language that is active."""
        name = FORMATS[self.format].name
        if self.format == "s10":
            return _("International postal number of this country, and its check digit is right.")
        if self.evidence is Evidence.CHECKED_PREFIX:
            return _("It begins like %(format)s, and its check digit is right.") % {"format": name}
        if self.evidence is Evidence.PREFIX:
            return _("It begins like %(format)s.") % {"format": name}
        if self.evidence is Evidence.CHECK_DIGIT:
            return _("Its check digit is right for %(format)s.") % {"format": name}
        if self.evidence is Evidence.FORM:
            return _("It is written like %(format)s; other carriers' numbers may be, too.") % {"format": name}
        return _("It is as long as %(format)s; other carriers' numbers are, too.") % {"format": name}


def detect(number: str, carriers: Iterable[Carrier]) -> list[Candidate]:
    """Return the carriers whose numbers look like this one, each once, with its best reason, the strongest first."""
    normal = normalise_number(number)
    fitting = {name: each for name, each in FORMATS.items() if each.fits(normal)}
    found = []
    for carrier in carriers:
        own = [name for name in carrier.numbers if name in fitting]
        if "s10" in own and normal[-2:] != carrier.country:
            own.remove("s10")
        if own:
            best = max(own, key=lambda name: fitting[name].evidence)
            found.append(Candidate(carrier, fitting[best].evidence, best))
    # Among equals the catalogue's own order stands: sorting is stable.
    return sorted(found, key=lambda candidate: -candidate.evidence)
