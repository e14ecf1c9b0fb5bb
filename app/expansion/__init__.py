"""Expansion: the lot grown passage by passage, step by step, and the numbers of its growth."""
