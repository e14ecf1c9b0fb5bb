"""Material lots, equipment, rooms: what touches the cells, and whether it may."""
