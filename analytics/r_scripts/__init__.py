"""Show me the code: the R script that recomputes a Result from the CSV files of its dataset. Plain text, no pandas."""

from analytics.r_scripts.script import has_script, script
from analytics.r_scripts.selecting import NotInFilesError

__all__ = ["NotInFilesError", "has_script", "script"]
