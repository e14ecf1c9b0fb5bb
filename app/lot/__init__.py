"""The lot, its containers, its genealogy, its allowed moves, its deviations."""
