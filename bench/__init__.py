"""Runs at length that anybody can repeat: measured, attacked, stopped in the middle."""
