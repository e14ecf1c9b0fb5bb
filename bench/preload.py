"""What a server needs, loaded once: each server of the rig is forked from here."""

import app.record.print
import app.record.proving
import app.record.time_stamp
import bench.rig

__all__ = ["app", "bench"]
