"""Figures as files: the same dictionary that plotly.js draws on the page, drawn as SVG, PDF or PNG by matplotlib.

    reading   attributes of the dictionary; what nobody reads is refused
    axes      values → px, as plotly.js places them
    traces, notes, frame   traces, annotations with shapes, axes → marks
    marks     what is to be drawn, in px
    lettering fonts and widths of text
    pen       marks → the bytes of a file; alone in naming matplotlib

All geometry is plotly.js' own, in CSS px of 1/96 inch; matplotlib is only the pen.
"""

from analytics.figures.files.drawing import FORMATS, RESOLUTION, WIDTHS, About, bound, drawn, width_px

__all__ = ["FORMATS", "RESOLUTION", "WIDTHS", "About", "bound", "drawn", "width_px"]
