import re

import pytz
from prometheus_client import Counter

REQUESTS = Counter("gateway_requests_total", "Requests by route", ["path", "model_name"])
QUEUE = "vllm:num_requests_waiting"
PATTERN = re.compile(r"[a-z0-9-]+/[A-Za-z0-9._-]+")
ROUTE = re.compile("^models/(?P<name>[^/]+)$")
ZONE = pytz.timezone("Asia/Kolkata")
AGENT = "Mozilla/5.0"
BRANCH = "feature/router-v2"
RELEASE = "release/2024.11"
DAY = "2024/11"
NETWORK = "10.0.0.0/8"
UNIT = "requests/second"
CASE = "tests/test_router.py::test_timeout"
TOPIC = "events/completions"
