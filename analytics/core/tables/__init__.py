"""The tables of a report: characteristics, response, toxicity, patient flow, sensitivity, completeness."""
