"""How the registry runs: numbers about work, processes and servers, never about a patient. For Prometheus and the operator's page."""
