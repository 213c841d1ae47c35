"""The whole catalogue on a data cut as one file: HTML that needs nothing else, and PDF. Made by the worker."""
