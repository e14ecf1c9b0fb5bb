"""Every table of the house, known to SQLAlchemy once this is imported."""

from app.delivery import models as delivery
from app.expansion import models as expansion
from app.intake import models as intake
from app.lot import models as lot
from app.masters import models as masters
from app.people import models as people
from app.quality_control import models as quality_control
from app.record import models as record
from app.release import models as release
from app.supplies import models as supplies
from app.trail import capture
from app.trail import models as trail
from app.web import machines

__all__ = [
    "capture",
    "delivery",
    "expansion",
    "intake",
    "lot",
    "machines",
    "masters",
    "people",
    "quality_control",
    "record",
    "release",
    "supplies",
    "trail",
]
