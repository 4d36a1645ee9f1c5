"""Where a place lies: city level, offline, and whose figures that is."""

from __future__ import annotations

from .geocoder import destination, locate

#: What stands beside every map that shows these points.
ATTRIBUTION = "© GeoNames, CC BY 4.0"

__all__ = ["ATTRIBUTION", "destination", "locate"]
