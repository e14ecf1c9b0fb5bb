"""The edge: requests, forms, pages, problems. It knows no stage."""
