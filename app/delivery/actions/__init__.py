"""Everything delivery does: one action for each deed, judged again by the server each time."""
