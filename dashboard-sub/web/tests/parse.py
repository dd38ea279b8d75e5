"""Reads a scrape from standard input with Prometheus' own parsers; prints how many families and samples it has.

The argument says which format: `Prometheus` or `OpenMetrics`.
"""

import sys

from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as prometheus

text = sys.stdin.buffer.read().decode()
parser = openmetrics if sys.argv[1] == "OpenMetrics" else prometheus
families = list(parser.text_string_to_metric_families(text))
print(len(families), sum(len(family.samples) for family in families))
