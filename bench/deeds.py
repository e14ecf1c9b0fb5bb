"""What people do under load: results, steps, deviations, signatures, records; each marked."""

import random
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from bench.rig import Deed, Site, signing

COUNTED = {
    "result": "SELECT count(*) FROM result WHERE reason LIKE :mark",
    "step": "SELECT count(*) FROM step_entry WHERE words LIKE :mark",
    "deviation": "SELECT count(*) FROM deviation WHERE title LIKE :mark",
    "signed": "SELECT count(*) FROM signature WHERE words LIKE :mark",
    "record": "SELECT count(*) FROM record_job WHERE reason LIKE :mark",
}


class Work:
    """The work of one client: no two clients touch the same result, step or deviation."""

    def __init__(self, site: Site, number: int, clients: int, dice: random.Random) -> None:
        self.site, self.dice, self.number = site, dice, number
        self.results = list(site.results.items())[number::clients]
        self.steps = site.steps[number::clients]
        self.found: list[dict[str, Any]] = []

    def deeds(self) -> Iterator[Deed]:
        """One deed after the other, without an end."""
        while True:
            kind = self.dice.random()
            if kind < 0.12 and self.steps:
                yield self._step()
            elif kind < 0.5:
                yield self._result()
            elif kind < 0.75 or not self.found:
                yield self._deviation()
            elif kind < 0.97:
                yield self._signed()
            else:
                yield self._record()

    def _deed(self, kind: str, path: str, username: str, body: dict[str, Any], mark: str) -> Deed:
        return Deed(kind, path, username, body, mark, COUNTED[kind])

    def _result(self) -> Deed:
        number, words = self.dice.choice(self.results)
        mark = f"read again {uuid4().hex}"
        body = {key: words[key] for key in ("reading", "dosing", "tested_at") if words.get(key)}
        body |= {"reason": mark, "revision": words["revision"], "raw_reference": "book 1"}
        deed = self._deed("result", f"/quality/results/{number}/corrections", "anton", body, mark)
        deed.after = lambda _: words.update(revision=words["revision"] + 1)
        return deed

    def _step(self) -> Deed:
        lot, code, form = self.steps.pop()
        mark = f"done {uuid4().hex}"
        body = {**form, "values": {**form["values"], "remark": mark}}
        return self._deed("step", f"/lots/{lot}/steps/{code}", "olga", body, mark)

    def _deviation(self) -> Deed:
        mark = f"noticed {uuid4().hex}"
        body = {"title": mark, "description": "Seen on the display"}
        path = f"/quality/lots/{self.site.testing}/deviations"
        deed = self._deed("deviation", path, "olga", body, mark)
        deed.after = self.found.append
        return deed

    def _signed(self) -> Deed:
        found, mark = self.found.pop(), f"found out {uuid4().hex}"
        words = {"cause": mark, "assessment": "None", "correction": "None", "other_lots": "None"}
        body = {**words, "version": 1, "signing": signing("vera")}
        path = f"/quality/deviations/{found['number']}/investigation"
        return self._deed("signed", path, "vera", body, mark)

    def _record(self) -> Deed:
        mark = f"asked {uuid4().hex}"
        return self._deed(
            "record", f"/lots/{self.site.testing}/records", "quinn", {"reason": mark}, mark
        )
