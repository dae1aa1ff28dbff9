"""Scans of many styles, as training data for what must hold on real ones.

`style` draws what differs between scanners, annotators and homes; `rooms` (with `groups`, `seating`, `fittings`,
`hangings`, `odds` on a `stage`) and `tabletop` build what is scanned; `views`, `casting` and `sensor` take the points;
`appearance` colours them; `protocol` draws the boxes; `generate` runs it all.
"""

from gapro_annotator.demo.variety.generate import generate_varied_scan, style_of
from gapro_annotator.demo.variety.style import Style

__all__ = ["Style", "generate_varied_scan", "style_of"]
