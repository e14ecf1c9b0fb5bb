"""Testing a lot as people do it, in the words of the demo site."""

from app.demo.readings import *  # noqa: F403 - the same words, under the name the journeys know
from app.demo.testing import *  # noqa: F403 - (as above)
