"""What this web process counts of itself, for Prometheus. Each replica is asked by itself: nothing is shared between processes.

What all share (queues, runs, backups, the database) is read where it stands, when it is asked for: analytics/metrics.py.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OWN = CollectorRegistry()
ProcessCollector(registry=OWN)
REQUESTS = Counter(
    "registry_requests", "Requests answered.", ["route", "method", "status", "role"], registry=OWN
)  # with _total behind
SECONDS = Histogram(
    "registry_request_seconds",
    "Seconds until the answer, by route.",
    ["route", "method"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=OWN,
)
UNDER_WAY = Gauge("registry_requests_under_way", "Requests being answered now.", registry=OWN)
STREAMS = Gauge("registry_streams", "Open pages that are told of news.", registry=OWN)
