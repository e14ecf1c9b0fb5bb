"""One audited result at a time: through the API and through the web form, beside the floor."""

from collections.abc import Iterator

from bench.engines import QUICK, Engine, floor, passage
from bench.load import Ask, Figures, alternately, form, measured, post, some
from bench.many_lots import number_of
from bench.site import WHOLE_LOTS, Measured

ENTRIES = 40 if QUICK else 160
"""Results of one round."""


def api(engine: Engine, site: Measured) -> None:
    """JSON to the API, at one and at eight clients."""
    _beside(engine, site, "result, API", open_results(site), (1, 8))


def web_form(engine: Engine, site: Measured) -> None:
    """The screen of a sample, sent by a browser."""
    _beside(engine, site, "result, form", open_forms(site), (1, 8))


def _beside(
    engine: Engine, site: Measured, name: str, waiting: Iterator[Ask], clients: tuple[int, ...]
) -> None:
    bare = post("/row", site.entries[0][1])
    with floor(engine) as below, passage(engine) as above:
        measured(*below, [bare] * 20)
        measured(*above, some(waiting, 20))
        for count in clients:

            def at_floor(count: int = count) -> Figures:
                return measured(*below, [bare] * ENTRIES, count)

            def with_us(count: int = count) -> Figures:
                return measured(*above, some(waiting, ENTRIES), count)

            base, ours = alternately(at_floor, with_us)
            print(f"  floor, {count} client(s)         {base}")
            print(f"  {name}, {count} client(s)  {ours}")
            cpu, p95 = ours.cpu_ms / base.cpu_ms, ours.p95_ms / base.p95_ms
            print(f"    {cpu:.1f} times the floor's CPU, {p95:.1f} times its p95", flush=True)


def open_results(site: Measured) -> Iterator[Ask]:
    """Each result that the copies still ask for: entry by entry, each of another lot."""
    for sample, body in site.entries[: len(site.entries) // 2]:
        for copy in range(1, WHOLE_LOTS + 1):
            number = sample.replace(site.lot, number_of(copy))
            yield post(f"/api/v1/quality/samples/{number}/results", body, site.tokens["anton"])


def open_forms(site: Measured) -> Iterator[Ask]:
    """The same by the form, from the last result on: the API begins with the first."""
    for sample, fields in reversed(site.forms):
        for copy in range(WHOLE_LOTS, 0, -1):
            number = sample.replace(site.lot, number_of(copy))
            yield form(f"/quality/samples/{number}", fields, site.cookies["anton"])
