"""The growth curve on paper: the coordinates of every mark, and labels that do not overlap."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from app.expansion.growth import Chart, Dot, GrownPassage, doublings_chart, growth_curve
from app.masters.rounding import digits, round_to_decimals
from schemas.production import ProductionRecord

LETTER, HEIGHT, GAP = 6, 11, 7
"""About how wide a letter is, how high a line, and how far a label stands from its dot."""


@dataclass(frozen=True)
class Label:
    """Words beside a dot: where they begin, and their baseline."""

    x: int
    y: int
    words: str


@dataclass(frozen=True)
class PaperCurve:
    """A chart with a label for each of its dots."""

    chart: Chart
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class _Box:
    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: "_Box") -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


def curve_on_paper(production: ProductionRecord) -> PaperCurve | None:
    """The growth curve of a lot, ready to be drawn; None before the first harvest (R-BR-19)."""
    grown = tuple(
        GrownPassage(
            name=line.name,
            seeded_at=line.seeded_at,
            harvested_at=line.harvested_at,
            seeded=(
                Decimal(line.seeded_in_harvested)
                if line.seeded_counted and line.seeded_in_harvested
                else None
            ),
            harvested=Decimal(line.harvested_cells),
        )
        for line in production.passages
        if line.harvested_at is not None and line.harvested_cells is not None
    )
    if not grown:
        return None
    curve = growth_curve(grown, carried=Decimal(production.carried_doublings))
    chart = doublings_chart(curve)
    names = ["seeded", *(each.name for each in curve.points[1:])]
    words = [
        f"{name} {digits(round_to_decimals(Decimal(each.cumulative), 2))}"
        for name, each in zip(names, curve.points, strict=True)
    ]
    return PaperCurve(chart, tuple(_labels(chart, words)))


def _labels(chart: Chart, words: list[str]) -> Iterator[Label]:
    """Put each label where it covers no other, no dot and no part of the line, if there is room."""
    taken = [_Box(each.x - 4, each.y - 4, each.x + 4, each.y + 4) for each in chart.dots]
    taken += list(_line(chart.dots))
    for dot, said in zip(chart.dots, words, strict=True):
        places = [_box(place, said) for place in _places(dot, said)]
        inside = [each for each in places if _fits(each, chart)]
        free = [each for each in inside if not any(each.meets(other) for other in taken)]
        box = (free or inside or places)[0]
        taken.append(box)
        yield Label(box.left, box.bottom - 2, said)


def _fits(box: _Box, chart: Chart) -> bool:
    return (
        box.left >= 0
        and box.right <= chart.width + 4 * LETTER
        and box.top >= -HEIGHT
        and box.bottom <= chart.height
    )


def _places(dot: Dot, words: str) -> Iterator[tuple[int, int]]:
    """Left edges and baselines around a dot, the best first, then further and further away."""
    width = LETTER * len(words)
    for lift in range(0, 6 * HEIGHT, HEIGHT):
        yield dot.x - width - GAP, dot.y - GAP - lift
        yield dot.x - width // 2, dot.y - GAP - lift
        yield dot.x + GAP, dot.y - GAP - lift
        yield dot.x + GAP, dot.y + GAP + HEIGHT + lift
        yield dot.x - width // 2, dot.y + GAP + HEIGHT + lift


def _box(place: tuple[int, int], words: str) -> _Box:
    left, baseline = place
    return _Box(left, baseline - HEIGHT + 2, left + LETTER * len(words), baseline + 2)


def _line(dots: tuple[Dot, ...]) -> Iterator[_Box]:
    """Small boxes along the line between the dots."""
    for one, other in pairwise(dots):
        parts = max(abs(other.x - one.x), abs(other.y - one.y)) // 4 + 1
        for part in range(parts + 1):
            x = one.x + (other.x - one.x) * part // parts
            y = one.y + (other.y - one.y) * part // parts
            yield _Box(x - 1, y - 1, x + 1, y + 1)
