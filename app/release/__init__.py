"""Release: everything is judged; a Qualified Person certifies, or rejects."""
