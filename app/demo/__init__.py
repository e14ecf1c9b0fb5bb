"""The demo site: people, stores and lots that were really made, by the same actions as anywhere.

What is told here is what the application does: no row is written past the rules, the trail or
the signatures. The journeys of the tests tell their stories with the same words.
"""
