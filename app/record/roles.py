"""Who may do what with records and papers, as handlers ask for it."""

from typing import Annotated

from app.people.actor import Actor
from app.people.sessions import allowed

LotReader = Annotated[Actor, allowed("lot.read")]
Reader = Annotated[Actor, allowed("record.read")]
RegisterReader = Annotated[Actor, allowed("register.read")]
Sealer = Annotated[Actor, allowed("record.seal")]
ShipmentReader = Annotated[Actor, allowed("delivery.read")]
