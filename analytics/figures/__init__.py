"""Results as Plotly figures. Plain Python: a Result and words in, the figure as JSON out; nothing is estimated here.

A figure is a dictionary in the schema of plotly.js, not a `plotly.graph_objects.Figure`: a web process that serves it never loads
plotly. `as_plotly` makes the object where one is wanted, and the tests hold every figure to its schema.
"""
