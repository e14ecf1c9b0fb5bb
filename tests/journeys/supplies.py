"""A stocked unit, as the demo site stocks it."""

from app.demo.supplies import *  # noqa: F403 - the same words, under the name the journeys know
