"""The list of lots: its first page and one deep inside, beside one keyset query."""

from bench.engines import QUICK, Engine, floor, passage
from bench.load import Ask, Figures, alternately, measured, page
from bench.site import Measured

LOOKS = 20 if QUICK else 60


def beside(engine: Engine, site: Measured, count: int) -> None:
    """Certified lots, twenty-five a page, with so many lots in the unit."""
    cookie = site.cookies["quinn"]
    with floor(engine) as below, passage(engine) as above:
        for name, before in (("first", 2**31 - 1), ("deep", count // 3)):
            bare = page(f"/lots?before={before}", "")
            ours = page(f"/lots?stage=certified&before={before}", cookie)
            measured(*below, [bare] * 5)
            measured(*above, [ours] * 5)

            def at_floor(ask: Ask = bare) -> Figures:
                return measured(*below, [ask] * LOOKS)

            def with_us(ask: Ask = ours) -> Figures:
                return measured(*above, [ask] * LOOKS)

            base, found = alternately(at_floor, with_us)
            print(
                f"  {count:>7,} lots, {name:<5} page: server CPU {found.cpu_ms:5.1f} ms, "
                f"p50 {found.p50_ms:5.1f} ms; floor {base.cpu_ms:5.1f} ms: "
                f"{found.cpu_ms / base.cpu_ms:.2f} times",
                flush=True,
            )
