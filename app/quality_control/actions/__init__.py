"""What the laboratory and the quality unit do with samples, results and investigations."""
