"""Samples in the laboratory, results, their verification, and investigations of what failed."""
