"""5. Delivery: containers leave, are handed over, arrive, are given, or come back; recall."""
