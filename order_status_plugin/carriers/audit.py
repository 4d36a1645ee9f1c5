"""Is every address of the catalogue one that customers may be sent to? By its form: nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from . import catalogue, data
from .carrier import Carrier
from .formats import FORMATS
from .links import address_problems, problems
from .models import MerchantCarrier


@dataclass(slots=True)
class Report:
    """What was looked at, and what is wrong."""

    carriers: int = 0
    own: int = 0
    links: int = 0
    problems: list[str] = field(default_factory=list)


def links() -> Report:
    """Look at our carriers and at the shop's own, as they are in the database."""
    report = Report(
        carriers=len(catalogue.CARRIERS),
        links=sum(len(carrier.links) for carrier in catalogue.CARRIERS),
        problems=report_of(catalogue.CARRIERS),
    )
    for row in MerchantCarrier.objects.order_by("slug"):
        report.carriers += 1
        report.own += 1
        report.links += bool(row.template)
        report.problems += [f"{row.slug}: {name}: {said}" for name, all_ in row.problems().items() for said in all_]
    return report


def report_of(carriers: Iterable[Carrier]) -> list[str]:
    """Return what is wrong with rows of the catalogue, in sentences."""
    sources = frozenset(data.sources())
    return [f"{carrier.slug}: {said}" for carrier in carriers for said in _ours(carrier, sources)]


def _ours(carrier: Carrier, sources: frozenset[str]) -> Iterator[str]:
    for template in carrier.links:
        for said in problems(template):
            yield f"{template}: {said}"
        if ("{language}" in template) and not carrier.languages:
            yield f"{template}: The languages of this site are not given."
    if carrier.home:
        for said in address_problems(carrier.home):
            yield f"{carrier.home}: {said}"
    for source, is_needed in ((carrier.links_source, carrier.links), (carrier.home_source, carrier.home)):
        if is_needed and source not in sources:
            yield f"Nobody is named who states its address ({source or 'nothing'})."
    if unknown := set(carrier.numbers) - set(FORMATS):
        yield f"There is no format {', '.join(sorted(unknown))}."
