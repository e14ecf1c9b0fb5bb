"""Masters: products, specifications and master batch records, versioned and approved.

What is here may be read by every stage: a lot is made and judged by its masters, never by a
constant in code.
"""
