"""From dated clinical rows to a time and a status for each case and endpoint."""
