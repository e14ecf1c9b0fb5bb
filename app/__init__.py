"""Passage: the batch record of a living medicine."""
