"""Screens of quality control: the worklist, samples, results, investigations, deviations."""

from app.quality_control.pages import deviations, investigations, results, samples, worklist
from app.quality_control.wording import reading_lines
from app.web.pages import environment
from app.web.routing import StageRouter

environment.globals["reading_lines"] = reading_lines

pages = StageRouter()
for each in (worklist, samples, results, investigations, deviations):
    pages.include_router(each.pages)
