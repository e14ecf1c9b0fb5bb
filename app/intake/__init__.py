"""1. Intake: donors and donations, their eligibility, and receipt into quarantine.

`packs` holds the dated rules of each jurisdiction as data; `rules` asks them.
"""
