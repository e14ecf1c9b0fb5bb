"""The trail: who did what, when and why, chained; signatures; attachments."""
