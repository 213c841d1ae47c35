"""Write a cut's report."""


def write_report(dataset, language, audience, progress):
    """Write both files and store them."""
    raise NotImplementedError
