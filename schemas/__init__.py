"""The contracts: what crosses any border of Passage.

A contract is the form and the API body, the input of the rules, the audit entry, the words
under a signature and the line on paper. This package imports nothing of the application.
"""
