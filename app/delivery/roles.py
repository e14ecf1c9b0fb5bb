"""Who a handler of delivery is for, and what a number in a path looks like."""

from typing import Annotated

from fastapi import Path

from app.people.actor import Actor
from app.people.sessions import allowed

Reader = Annotated[Actor, allowed("delivery.read")]
Physician = Annotated[Actor, allowed("delivery.request")]
Packer = Annotated[Actor, allowed("delivery.pack")]
Checker = Annotated[Actor, allowed("delivery.check")]
Hander = Annotated[Actor, allowed("delivery.hand_over")]
Logger = Annotated[Actor, allowed("delivery.temperature")]
Receiver = Annotated[Actor, allowed("delivery.receive")]
Giver = Annotated[Actor, allowed("delivery.administer")]
Returner = Annotated[Actor, allowed("delivery.return")]
Destroyer = Annotated[Actor, allowed("delivery.destroy")]
Quality = Annotated[Actor, allowed("delivery.decide")]
Qualifier = Annotated[Actor, allowed("delivery.qualify")]
Site = Annotated[Actor, allowed("delivery.acknowledge")]
Tracer = Annotated[Actor, allowed("genealogy.read")]

NumberInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,60}$")]
DigestInPath = Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")]
RowInPath = Annotated[int, Path(ge=1, le=2_000_000_000)]
