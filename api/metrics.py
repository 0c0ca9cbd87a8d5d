"""What the API counts of itself, in the text format of Prometheus. A registry of its own; knows no route by name."""

import time
from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 32)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ABORTED = 499  # the usual number for a client that went away before it was answered

Counts = Callable[[], Mapping[str, int]]


class Metrics:
    """Counters of one API."""

    def __init__(self) -> None:
        self.registry = own = CollectorRegistry()
        self.requests = Counter(
            "homing_requests", "Requests that were answered.", ["route", "method", "status"], registry=own
        )
        self.errors = Counter("homing_errors", "Answers from 400 on.", ["status"], registry=own)
        self.seconds = Histogram("homing_request_seconds", "Time to the end of an answer.", ["route"],
                                 buckets=SECONDS, registry=own)  # fmt: skip
        self.guesses = Counter("homing_guesses", "Places that were guessed, by system.", ["predictor"], registry=own)
        self.reported = Counter(
            "homing_reported_rounds", "Rounds that programs reported and that were new.", registry=own
        )
        self.batches = Histogram("homing_batch_size", "Guesses in one pass of the model.", buckets=SIZES, registry=own)
        self.queue = Gauge("homing_queue_length", "Guesses that wait for a pass of the model.", registry=own)
        self.uploads = Gauge("homing_uploads_in_flight", "Uploads in memory: read, waiting or looked at.", registry=own)

    def count_book(self, counts: Counts) -> None:
        """Tell the scorebook's size too: "games" and "guesses", asked for at each reading."""
        self.registry.register(_Book(counts))

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        return generate_latest(self.registry)


class _Book(Collector):
    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def describe(self) -> list[GaugeMetricFamily]:
        """Asked for when this is registered: the names, without opening the book."""
        return [GaugeMetricFamily(f"homing_book_{name}", f"{name.capitalize()} in the scorebook.")
                for name in ("games", "guesses")]  # fmt: skip

    def collect(self) -> list[GaugeMetricFamily]:
        """The sizes now."""
        found, families = self._counts(), self.describe()
        for name, family in zip(("games", "guesses"), families, strict=True):
            family.add_metric([], found[name])
        return families


class Measured:
    """ASGI middleware that counts every request of an app; by its route, so that no address makes a series."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = ABORTED, time.perf_counter()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception:
            status = 500  # as the server will answer it
            raise
        finally:
            route = getattr(scope.get("route"), "path", "other")
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._metrics.requests.labels(route, method, status).inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - began)
            if status >= 400:
                self._metrics.errors.labels(status).inc()
