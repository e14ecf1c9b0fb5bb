"""Who may do what at intake, for its screens and its API."""

from typing import Annotated

from app.people.actor import Actor
from app.people.sessions import allowed

Reader = Annotated[Actor, allowed("intake.read")]
Registrar = Annotated[Actor, allowed("intake.register")]
Receiver = Annotated[Actor, allowed("intake.receive")]
Tester = Annotated[Actor, allowed("intake.result")]
Verifier = Annotated[Actor, allowed("intake.verify")]
Decider = Annotated[Actor, allowed("intake.decide")]
