"""Serves agents of kind kafka. Needs kafka-python, which is pure Python, 2.0.2 or later."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Callable, Mapping

from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from kafka.structs import OffsetAndMetadata

from postroad_agents import AgentError, Call, _checked, _doubtful, _error, _json, _Recent, _reconciled

_POLL_MILLIS = 100
_PAUSE = 1.0
_ANSWER_TOO_LARGE = "kafka.answer-too-large"
# So many answers that Kafka does not have are no sign of anything.
_UNSENT_AT_EASE = 1_000
_MOST_WAITING = 10_000
_TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)

Agents = Mapping[str, Callable[[Call], Any]]


class KafkaHost:
    """Agents that are served; see serve_kafka(). Thread-safe."""

    def __init__(self, agents: Agents, reconcile: Agents, options: Mapping[str, Any]):
        prefix = options["prefix"]
        self._topics = {f"{prefix}agent-tasks.{name}": name for name in agents}
        self._group = options["group"] or f"{prefix}agents"
        self._parallelism = options["parallelism"]
        self._heartbeat_every = options["heartbeat_every"]
        self._client = {"bootstrap_servers": options["brokers"], **options["client"]}
        self._outbox = _Outbox(f"{prefix}agent-results", self._client)
        self._tasks = _Tasks(agents, reconcile, self._outbox, self._parallelism)
        self._progress = _Progress()
        self._closing = threading.Event()
        self._joined = threading.Event()
        self._drain = options["drain"]
        self._problem: str | None = None
        self._thread = threading.Thread(target=self._loop, name="postroad-agents", daemon=True)
        self._thread.start()

    @property
    def under_way(self) -> int:
        """How many tasks are under way, or wait for their turn."""
        return self._tasks.under_way

    @property
    def problem(self) -> str | None:
        """What is wrong with the way to Kafka, or with what came from there; None where nothing is."""
        return self._problem or self._outbox.problem

    def wait(self) -> None:
        """Until the host is closed."""
        self._thread.join()

    def joined(self, seconds: float | None = None) -> bool:
        """Waits until the host has partitions; False where it has none in time."""
        return self._joined.wait(seconds)

    def close(self) -> None:
        """Takes nothing more, and lets tasks end for a while; what does not is done by others."""
        self._closing.set()
        self._thread.join()

    def __enter__(self) -> "KafkaHost":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _loop(self) -> None:
        while not self._closing.is_set():
            consumer = None
            try:
                consumer = KafkaConsumer(
                    **{"auto_offset_reset": "earliest", "metadata_max_age_ms": 5_000, **self._client},
                    group_id=self._group,
                    enable_auto_commit=False,
                )
                self._await_topics(consumer)
                consumer.subscribe(list(self._topics), listener=_Handover(self, consumer))
                while not self._closing.is_set():
                    self._turn(consumer)
                self._end(consumer)
            except Exception as failed:  # noqa: BLE001 - whatever a client raises, the host goes on
                # Another consumer goes on where this one had come to; tasks that are under way are known by their name.
                self._problem = f"{type(failed).__name__}: {failed}"
                self._progress.forget_all()
                self._closing.wait(_PAUSE)
            finally:
                if consumer is not None:
                    with suppress(Exception):
                        consumer.close(autocommit=False)
        self._tasks.leave_all()
        self._outbox.close()

    def _await_topics(self, consumer: KafkaConsumer) -> None:
        """Workers make the topic of an agent when its definition is published."""
        while not self._closing.is_set():
            missing = set(self._topics) - consumer.topics()
            if not missing:
                self._problem = None
                return
            self._problem = f"there is no topic {', '.join(sorted(missing))}; publish the agent with kind: kafka"
            self._closing.wait(_PAUSE)

    def _turn(self, consumer: KafkaConsumer) -> None:
        most = 2 * self._parallelism
        if self._tasks.under_way >= most or self._outbox.unsent >= max(most, _UNSENT_AT_EASE):
            consumer.pause(*consumer.assignment())
        else:
            consumer.resume(*consumer.paused())
        for partition, records in consumer.poll(_POLL_MILLIS, max_records=self._parallelism).items():
            for record in records:
                self._take(partition, record)
        self._tasks.beat(self._heartbeat_every)
        self._outbox.send_again()
        self._commit(consumer)

    def _take(self, partition: TopicPartition, record: Any) -> None:
        done = self._progress.begin(partition, record.offset)
        try:
            run_id = (record.key or b"").decode()
            body = json.loads(record.value or b"null")
            if not isinstance(body, dict) or not isinstance(body.get("task"), str):
                raise ValueError('"task" is missing')
            headers = dict(record.headers)
            if body.get("cancelled") is True:
                until = headers.get("postroad-attempt")
                self._tasks.cancel(run_id, body["task"], int(until) if until else None)
                done()
                return
            if not isinstance(body.get("attempt"), int):
                raise ValueError('"attempt" is missing')
            trace = headers.get("traceparent", b"").decode()
            self._tasks.begin(self._topics[record.topic], {**body, "runId": run_id}, trace, done)
        except (ValueError, TypeError) as no_task:
            self._problem = f"a record of {record.topic} is no task: {no_task}"
            done()

    def _commit(self, consumer: KafkaConsumer) -> None:
        places = self._progress.news()
        if places:
            consumer.commit({partition: _place(offset) for partition, offset in places.items()})

    def _end(self, consumer: KafkaConsumer) -> None:
        """Takes nothing more, and lets what is under way end."""
        until = time.monotonic() + self._drain
        while self._tasks.under_way > 0 and time.monotonic() < until:
            consumer.pause(*consumer.assignment())
            consumer.poll(_POLL_MILLIS)
            self._tasks.beat(self._heartbeat_every)
            self._outbox.send_again()
            self._commit(consumer)
        self._tasks.leave_all()
        self._outbox.flush()
        self._commit(consumer)


def _place(offset: int) -> OffsetAndMetadata:
    # Later versions of kafka-python want the epoch of the leader too.
    return OffsetAndMetadata(offset, "", *(-1 for _ in OffsetAndMetadata._fields[2:]))


class _Handover(ConsumerRebalanceListener):
    """Partitions that go to other hosts: what is under way goes on here, and its answer counts where it comes first."""

    def __init__(self, host: KafkaHost, consumer: KafkaConsumer):
        self._host = host
        self._consumer = consumer

    def on_partitions_revoked(self, revoked: Any) -> None:
        try:
            self._host._commit(self._consumer)
        except KafkaError as failed:
            self._host._problem = str(failed)
        self._host._progress.forget(revoked)

    def on_partitions_assigned(self, assigned: Any) -> None:
        if assigned:
            self._host._problem = None
            self._host._joined.set()


@dataclass
class _Task:
    """A task that is under way."""

    call: Call
    number: int
    ends: list[Callable[[], None]]
    left: bool = False


@dataclass
class _Partition:
    open: deque = field(default_factory=deque)
    done: set = field(default_factory=set)
    next: int | None = None


class _Progress:
    """How far partitions are done: what is behind an open record is not told of as done. Thread-safe."""

    def __init__(self) -> None:
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._lock = threading.Lock()

    def begin(self, partition: TopicPartition, offset: int) -> Callable[[], None]:
        """What ends the record."""
        with self._lock:
            place = self._partitions.setdefault(partition, _Partition())
            place.open.append(offset)

        def done() -> None:
            with self._lock:
                place.done.add(offset)
                while place.open and place.open[0] in place.done:
                    place.done.discard(place.open[0])
                    place.next = place.open.popleft() + 1

        return done

    def news(self) -> dict[TopicPartition, int]:
        """The places to go on from that were not given before."""
        with self._lock:
            places = {}
            for partition, place in self._partitions.items():
                if place.next is not None:
                    places[partition] = place.next
                    place.next = None
            return places

    def forget(self, partitions: Any) -> None:
        with self._lock:
            for partition in partitions:
                self._partitions.pop(partition, None)

    def forget_all(self) -> None:
        with self._lock:
            self._partitions.clear()


class _Tasks:
    """The tasks of a host, from their record to their answer. Thread-safe."""

    def __init__(self, agents: Agents, reconcile: Agents, outbox: "_Outbox", parallelism: int):
        self._agents = agents
        self._reconcile = reconcile
        self._outbox = outbox
        self._threads = ThreadPoolExecutor(parallelism, thread_name_prefix="postroad-task")
        self._running: dict[tuple[str, str], _Task] = {}
        self._recent = _Recent()
        self._lock = threading.Lock()
        self._count = 0
        self._beaten = time.monotonic()

    @property
    def under_way(self) -> int:
        with self._lock:
            return self._count

    def begin(self, agent: str, body: dict[str, Any], trace: str, done: Callable[[], None]) -> None:
        key = (body["runId"], body["task"])
        attempt = body["attempt"]
        doubtful = _doubtful(body)
        with self._lock:
            before = self._running.get(key)
            if before is not None and (doubtful is not None or before.number == attempt):
                before.number = max(before.number, attempt)
                before.ends.append(done)
                self._say(key, attempt, {"underWay": True})
                return
            known = self._recent.answer(key, attempt, doubtful)
            if known is not None:
                self._outbox.send(key[0], {**known, "attempt": attempt}, done)
                return
            task = _Task(None, attempt, [done])  # type: ignore[arg-type]
            task.call = Call._read(body, trace, lambda chunk: self._say(key, task.number, {"chunk": chunk}))
            if before is not None:
                before.call.cancelled.set()
            self._running[key] = task
            self._count += 1
        self._threads.submit(self._perform, agent, key, task, doubtful is not None)

    def cancel(self, run_id: str, name: str, until: int | None) -> None:
        with self._lock:
            task = self._running.get((run_id, name))
            if task is not None and (until is None or task.number <= until):
                task.call.cancelled.set()

    def _perform(self, agent: str, key: tuple[str, str], task: _Task, reconciles: bool) -> None:
        answer = None
        try:
            if not task.call.cancelled.is_set() and datetime.now(timezone.utc) < task.call.deadline:
                answer = self._answer(agent, task, reconciles)
                # Here, so that what is no JSON is the agent's fault.
                _json(answer or {})
        except AgentError as failed:
            answer = self._failed(task, failed)
        except Exception as failed:  # noqa: BLE001 - whatever an agent raises is its worker's to know
            answer = self._failed(task, AgentError(str(failed), type=type(failed).__name__))
        self._end(key, task, answer)

    def _answer(self, agent: str, task: _Task, reconciles: bool) -> dict[str, Any]:
        # Where nothing was done the same attempt comes again, and is to be done then.
        return _reconciled(task.call, self._reconcile.get(agent)) if reconciles else task.call._perform(self._agents[agent])

    @staticmethod
    def _failed(task: _Task, failed: AgentError) -> dict[str, Any]:
        return task.call._told({"error": _error(failed)})

    def _end(self, key: tuple[str, str], task: _Task, answer: dict[str, Any] | None) -> None:
        with self._lock:
            self._count -= 1
            if self._running.get(key) is task:
                del self._running[key]
            if task.left:
                return
            ends = list(task.ends)
            whole = None
            if answer is not None and not task.call.cancelled.is_set():
                whole = {"task": key[1], "attempt": task.number, **answer}
                if "notDone" not in answer:
                    self._recent.keep(key, task.number, whole)

        def done() -> None:
            for end in ends:
                end()

        if whole is None:
            done()
        else:
            self._outbox.send(key[0], whole, done)

    def beat(self, every: float) -> None:
        """Tells of what is under way, where it is time for that, and stops what is out of time."""
        now = datetime.now(timezone.utc)
        with self._lock:
            is_time = time.monotonic() - self._beaten >= every
            if is_time:
                self._beaten = time.monotonic()
            for key, task in self._running.items():
                if now >= task.call.deadline:
                    task.call.cancelled.set()
                elif is_time and not task.call.cancelled.is_set():
                    self._say(key, task.number, {"heartbeat": True})

    def _say(self, key: tuple[str, str], attempt: int, what: dict[str, Any]) -> None:
        self._outbox.send_soon(key[0], {"task": key[1], "attempt": attempt, **what})

    def leave_all(self) -> None:
        """Stops what is under way, which counts as not done."""
        with self._lock:
            for task in self._running.values():
                task.left = True
                task.call.cancelled.set()
        self._threads.shutdown(wait=False)


class _Outbox:
    """Sends answers until Kafka has them, and heartbeats and chunks once. Thread-safe."""

    def __init__(self, topic: str, client: Mapping[str, Any]):
        self._topic = topic
        self._client = client
        self._lock = threading.Lock()
        self._made: KafkaProducer | None = None
        self._waiting = 0
        self._unsent: deque = deque()
        self._again = 0.0
        self.problem: str | None = None

    def _producer(self) -> KafkaProducer:
        with self._lock:
            if self._made is None:
                # One request after the other, so that chunks stay before their answer.
                settings = {"linger_ms": 2, "retries": 5, "max_block_ms": 5_000, **self._client}
                self._made = KafkaProducer(**settings, acks="all", max_in_flight_requests_per_connection=1)
            return self._made

    @property
    def unsent(self) -> int:
        """How many answers Kafka did not take, and is to be sent again."""
        return len(self._unsent)

    def send_soon(self, run_id: str, value: dict[str, Any]) -> None:
        """For heartbeats and chunks, which are dropped where too much waits."""
        if self._waiting < _MOST_WAITING:
            self._try(run_id, value, None)

    def send(self, run_id: str, value: dict[str, Any], stored: Callable[[], None]) -> None:
        """For answers: whose sending ends when Kafka has it."""
        self._try(run_id, value, stored)

    def _try(self, run_id: str, value: dict[str, Any], stored: Callable[[], None] | None) -> None:
        try:
            sent = self._producer().send(self._topic, key=run_id.encode(), value=json.dumps(value).encode())
        except KafkaError as failed:
            self._failed(run_id, value, stored, failed)
            return
        with self._lock:
            self._waiting += 1
        sent.add_callback(lambda _: self._stored(stored))
        sent.add_errback(lambda failed: self._lost(run_id, value, stored, failed))

    def _stored(self, stored: Callable[[], None] | None) -> None:
        with self._lock:
            self._waiting -= 1
        self.problem = None
        if stored is not None:
            stored()

    def _lost(self, run_id: str, value: dict[str, Any], stored: Callable[[], None] | None, failed: Any) -> None:
        with self._lock:
            self._waiting -= 1
        self._failed(run_id, value, stored, failed)

    def _failed(self, run_id: str, value: dict[str, Any], stored: Callable[[], None] | None, failed: Any) -> None:
        self.problem = f"{type(failed).__name__}: {failed}"
        if stored is None:
            return
        if isinstance(failed, _TOO_LARGE):
            if value.get("error", {}).get("type") == _ANSWER_TOO_LARGE:
                # Not even that fits; nobody waits for ever.
                stored()
                return
            error = {"type": _ANSWER_TOO_LARGE, "message": str(failed), "retryable": False}
            value = {"task": value["task"], "attempt": value["attempt"], "error": error}
        with self._lock:
            self._unsent.append((run_id, value, stored))
            self._again = time.monotonic() + _PAUSE

    def send_again(self) -> None:
        """Sends what Kafka did not take before, after a pause."""
        with self._lock:
            if not self._unsent or time.monotonic() < self._again:
                return
            unsent, self._unsent = self._unsent, deque()
        for run_id, value, stored in unsent:
            self._try(run_id, value, stored)

    def flush(self) -> None:
        if self._made is not None:
            try:
                self._made.flush(timeout=10)
            except KafkaError as failed:
                # Their tasks are not done, and come again elsewhere.
                self.problem = str(failed)

    def close(self) -> None:
        if self._made is not None:
            self._made.close(timeout=10)


def serve(agents: Agents, reconcile: Agents | None, **options: Any) -> KafkaHost:
    return KafkaHost(_checked(agents), dict(reconcile or {}), options)
