"""Screens of quality control: the worklist, samples, results, investigations, deviations."""

from app.quality_control.pages import deviations, investigations, results, samples, worklist
from app.quality_control.wording import reading_lines
from app.web.pages import environment
from app.web.routing import Addresses

environment.globals["reading_lines"] = reading_lines

pages = Addresses()
pages.include(worklist.pages, samples.pages, results.pages, investigations.pages, deviations.pages)
