"""Accounts, roles, training and sign-in: who somebody is and what they may do."""
