"""Serves functions as agents of Postroad. Over HTTP it needs nothing but Python's standard library, over Kafka kafka-python.

An agent is a function of a Call. What it returns is written to the state, unless output(), goto(), interrupt() or sleep() made
it; None writes nothing.
"""

from __future__ import annotations

import json
import math
import re
import select
import socket
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Mapping
from urllib.parse import unquote, urlsplit

__all__ = ["AgentError", "Answer", "Call", "HttpHost", "goto", "interrupt", "output", "serve_http", "serve_kafka", "sleep"]

_MOST_LOGS = 1_000
_LONGEST_REASON = 250
_LEVELS = ("trace", "debug", "info", "warn", "error")
_PARSED = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$")


class AgentError(Exception):
    """Fails the attempt as its author says; anything else that is raised may be tried again."""

    def __init__(self, message: str, *, type: str = "AgentError", retryable: bool = True, retry_after: Any = None):
        super().__init__(message)
        self.type = type
        self.retryable = retryable
        self.retry_after = retry_after


@dataclass(frozen=True)
class Answer:
    """What output(), goto(), interrupt() and sleep() make."""

    body: Mapping[str, Any]


def output(writes: Any) -> Answer:
    """Writes channels: a dict of them, or a list of such dicts."""
    return Answer({"output": writes})


def goto(targets: Any, writes: Any = None) -> Answer:
    """Goes on at other nodes besides the node's edges: names, or dicts with "node", "input" and "graph"."""
    return Answer({"goto": targets} if writes is None else {"goto": targets, "output": writes})


def interrupt(question: Any, **asking: Any) -> Answer:
    """Asks a person; the agent is called again with the answers so far.

    asking: assignee, schema, timeout, on_timeout and remind_every say who is asked, for what and for how long.
    """
    if question is None:
        raise TypeError("a question is missing; give any JSON but null")
    if not asking:
        return Answer({"interrupt": question})
    names = {"on_timeout": "onTimeout", "remind_every": "remindEvery"}
    asked = {names.get(name, name): value for name, value in asking.items()}
    for name in ("timeout", "remindEvery"):
        if name in asked:
            asked[name] = _duration(asked[name])
    return Answer({"interrupt": {"ask": question, **asked}})


def sleep(time: Any) -> Answer:
    """Is called again after some time: an ISO-8601 duration, a timedelta, or seconds."""
    return Answer({"sleep": _duration(time)})


def _duration(time: Any) -> str:
    if isinstance(time, str):
        return time
    seconds = time.total_seconds() if isinstance(time, timedelta) else float(time)
    if not seconds > 0 or math.isinf(seconds):
        raise ValueError(f"{time} is no time; give one above 0")
    return f"PT{max(seconds, 0.001):.3f}S"


class _Asked(BaseException):
    """Ends a function whose question nobody answered yet; no handler for exceptions stops it."""

    def __init__(self, answer: Answer):
        super().__init__("waits for an answer")
        self.answer = answer


class _Log:
    """Goes to the run's log, with the answer. Thread-safe."""

    def __init__(self) -> None:
        self._lines: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    def _write(self, level: str, message: str, fields: Mapping[str, Any]) -> None:
        with self._lock:
            if len(self._lines) < _MOST_LOGS:
                self._lines.append({"level": level, "message": str(message), **({"fields": fields} if fields else {})})

    def trace(self, message: str, **fields: Any) -> None:
        self._write("trace", message, fields)

    def debug(self, message: str, **fields: Any) -> None:
        self._write("debug", message, fields)

    def info(self, message: str, **fields: Any) -> None:
        self._write("info", message, fields)

    def warn(self, message: str, **fields: Any) -> None:
        self._write("warn", message, fields)

    def error(self, message: str, **fields: Any) -> None:
        self._write("error", message, fields)


@dataclass
class Call:
    """One attempt of one task."""

    run_id: str
    graph: str
    node: str
    task: str
    #: From 1.
    attempt: int
    #: What the node's input expression gave, or the whole state.
    input: Any
    #: When the worker gives the attempt up.
    deadline: datetime
    #: What people answered to the task's questions so far, in their order.
    answers: list[Any]
    #: W3C trace context to hand on; "" where there is none.
    traceparent: str
    #: Set when nobody waits any more: cancelled, given up, or the host closes.
    cancelled: threading.Event = field(default_factory=threading.Event)
    log: _Log = field(default_factory=_Log)
    _emit: Callable[[str], None] = lambda chunk: None
    _usage: dict[str, Any] = field(default_factory=dict)
    _answered: int = 0

    @property
    def idempotency_key(self) -> str:
        """The same for every attempt of a task: hand it on, so that what the agent does happens once."""
        return f"{self.run_id}/{self.task}"

    def emit(self, chunk: str) -> None:
        """Shows a piece of what the agent makes, while it works."""
        if not self.cancelled.is_set():
            self._emit(str(chunk))

    def use(self, *, input_tokens: int = 0, output_tokens: int = 0, cost: float | None = None, **more: Any) -> None:
        """Counts what was consumed; may be called more than once. more: model, finish_reason."""
        usage = self._usage
        usage["inputTokens"] = usage.get("inputTokens", 0) + input_tokens
        usage["outputTokens"] = usage.get("outputTokens", 0) + output_tokens
        if cost is not None:
            usage["cost"] = usage.get("cost", 0) + cost
        for name, value in more.items():
            usage[{"finish_reason": "finishReason"}.get(name, name)] = value

    def ask(self, question: Any, **asking: Any) -> Any:
        """The answer to a question.

        Where it is not answered yet the function ends here, and is called again, from its start, once it is.
        """
        if self._answered < len(self.answers):
            answer = self.answers[self._answered]
            self._answered += 1
            return answer
        raise _Asked(interrupt(question, **asking))

    @staticmethod
    def _read(body: Any, traceparent: str, emit: Callable[[str], None]) -> "Call":
        for name in ("runId", "task", "deadline"):
            if not isinstance(body, dict) or not isinstance(body.get(name), str):
                raise ValueError(f'"{name}" is missing; send calls as workers do')
        return Call(
            run_id=body["runId"],
            graph=body.get("graph", ""),
            node=body.get("node", ""),
            task=body["task"],
            attempt=body.get("attempt", 1),
            input=body.get("input"),
            deadline=_instant(body["deadline"]),
            answers=body.get("answers") or [],
            traceparent=traceparent,
            _emit=emit,
        )

    def _perform(self, agent: Callable[["Call"], Any]) -> dict[str, Any]:
        """The body of the answer; what the agent raises is raised."""
        try:
            returned = agent(self)
            body = dict(returned.body) if isinstance(returned, Answer) else {} if returned is None else {"output": returned}
        except _Asked as asked:
            body = dict(asked.answer.body)
        return self._told(body)

    def _told(self, body: dict[str, Any]) -> dict[str, Any]:
        """An answer with what was logged and consumed."""
        if self.log._lines:
            body["logs"] = self.log._lines
        if self._usage:
            body["usage"] = self._usage
        return body


def _json(answer: Mapping[str, Any]) -> bytes:
    """An answer on its way; what JSON does not know, such as NaN, is the fault of its agent."""
    return json.dumps(answer, allow_nan=False).encode()


def _error(failed: AgentError) -> dict[str, Any]:
    """The "error" of an answer."""
    error = {"type": failed.type, "message": str(failed), "retryable": failed.retryable}
    if failed.retry_after is not None:
        error["retryAfter"] = _duration(failed.retry_after)
    return error


def _doubtful(body: Mapping[str, Any]) -> int | None:
    """The attempt that is asked about; None where it is to be done."""
    return body.get("doubtful", body.get("attempt", 1)) if body.get("reconcile") is True else None


def _reconciled(call: Call, reconcile: Callable[[Call], Any] | None) -> dict[str, Any]:
    """What came of an earlier attempt, as far as its agent can say."""
    done = call._perform(reconcile) if reconcile is not None else {}
    return done if set(done) - {"logs", "usage"} else {"notDone": True}


class _Recent:
    """The last answers of a host, for tasks that come again and for questions about them. Thread-safe."""

    _MOST = 2_000

    def __init__(self) -> None:
        self._all: OrderedDict[Any, tuple[int, dict[str, Any]]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, key: Any, attempt: int, answer: dict[str, Any]) -> None:
        with self._lock:
            self._all.pop(key, None)
            self._all[key] = (attempt, answer)
            if len(self._all) > self._MOST:
                self._all.popitem(last=False)

    def answer(self, key: Any, attempt: int | None, doubtful: int | None) -> dict[str, Any] | None:
        """What was answered to this very attempt, or came of an earlier one that is asked about.

        Whoever took the task over since asks about the last attempt, though an earlier one may have done the work.
        """
        with self._lock:
            number, answer = self._all.get(key, (None, None))
        if answer is None:
            return None
        done = not {"interrupt", "sleep", "error"} & set(answer)
        return answer if number in (attempt, doubtful) or (doubtful is not None and done) else None


def _instant(text: str) -> datetime:
    # Workers give nanoseconds, of which Python knows the first six digits.
    plain = re.sub(r"(\.\d{1,6})\d*", r"\1", text).replace("Z", "+00:00")
    plain = re.sub(r"\.(\d{1,6})(?=[+-])", lambda digits: "." + digits.group(1).ljust(6, "0"), plain)
    instant = datetime.fromisoformat(plain)
    return instant if instant.tzinfo else instant.replace(tzinfo=timezone.utc)


class HttpHost:
    """Agents that are served. Thread-safe."""

    def __init__(self, server: "_Server"):
        self._server = server
        self._thread = threading.Thread(
            target=server.serve_forever, args=(0.05,), name="postroad-agents", daemon=True
        )
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def under_way(self) -> int:
        """How many calls are under way."""
        return len(self._server.calls)

    def wait(self) -> None:
        """Until the host is closed."""
        self._thread.join()

    def close(self, drain: float = 10.0) -> None:
        """Takes nothing more, and lets what is under way end for some seconds."""
        self._server.shutdown()
        self._server.socket.close()
        if not self._server.drained(drain):
            for call in list(self._server.calls.values()):
                call.cancelled.set()

    def __enter__(self) -> "HttpHost":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def serve_http(
    agents: Mapping[str, Callable[[Call], Any]],
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    reconcile: Mapping[str, Callable[[Call], Any]] | None = None,
    parallelism: int = 64,
    max_bytes: int = 16 << 20,
) -> HttpHost:
    """Serves each agent as POST /<name>, each call on a thread of its own.

    port: 0 for any that is free; parallelism: the most calls at once, others get 503;
    reconcile: of agents whose definition says so, with their own url, what came of an attempt in doubt; None says that
    nothing was done.
    """
    return HttpHost(_Server((host, port), _checked(agents), dict(reconcile or {}), parallelism, max_bytes))


def serve_kafka(
    agents: Mapping[str, Callable[[Call], Any]],
    *,
    brokers: str | list[str],
    reconcile: Mapping[str, Callable[[Call], Any]] | None = None,
    prefix: str = "postroad.",
    group: str | None = None,
    parallelism: int = 64,
    heartbeat_every: float = 5.0,
    drain: float = 10.0,
    client: Mapping[str, Any] | None = None,
) -> "KafkaHost":
    """Serves each agent as kind kafka. Needs kafka-python.

    reconcile: of agents that say so, what came of an attempt in doubt; None says that nothing was done;
    group: hosts of one group share the tasks; parallelism: the most tasks at once; heartbeat_every and drain: in seconds;
    client: more settings of kafka-python's clients.
    """
    from postroad_agents_kafka import serve

    return serve(
        agents,
        reconcile,
        brokers=brokers,
        prefix=prefix,
        group=group,
        parallelism=parallelism,
        heartbeat_every=heartbeat_every,
        drain=drain,
        client=dict(client or {}),
    )


def _checked(agents: Mapping[str, Callable[[Call], Any]]) -> dict[str, Callable[[Call], Any]]:
    if not agents:
        raise ValueError("there are no agents; give a dict of functions by their names")
    for name, agent in agents.items():
        if not callable(agent):
            raise TypeError(f"agent {name} is no function; give a function of a call")
    return dict(agents)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        agents: dict[str, Callable],
        reconcile: dict[str, Callable],
        parallelism: int,
        max_bytes: int,
    ):
        self.agents = agents
        self.reconcile = reconcile
        self.recent = _Recent()
        self.places = threading.BoundedSemaphore(parallelism)
        self.max_bytes = max_bytes
        self.calls: dict[int, Call] = {}
        self._idle = threading.Condition()
        super().__init__(address, _Handler)

    def begin(self, call: Call) -> None:
        with self._idle:
            self.calls[id(call)] = call

    def reconciled(self, name: str, call: Call, doubtful: int) -> dict[str, Any]:
        """What came of an earlier attempt."""
        with self._idle:
            under_way = any(other.idempotency_key == call.idempotency_key for other in self.calls.values())
        if under_way:
            return {"underWay": True}
        known = self.recent.answer(call.idempotency_key, None, doubtful)
        if known is None:
            return _reconciled(call, self.reconcile.get(name))
        # Where it is asked for, to write nothing has to be said.
        return known if {"output", "goto", "interrupt", "sleep"} & set(known) else {"output": None, **known}

    def end(self, call: Call) -> None:
        with self._idle:
            self.calls.pop(id(call), None)
            self._idle.notify_all()

    def drained(self, seconds: float) -> bool:
        with self._idle:
            return self._idle.wait_for(lambda: not self.calls, seconds)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # The worker hung up, which it learned from the call already.
        pass


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._refuse(405, "call agents with POST")

    def do_POST(self) -> None:
        name = unquote(urlsplit(self.path).path[1:])
        if name not in self.server.agents:
            self._refuse(404, f"there is no agent {name} here; there are: {', '.join(self.server.agents)}")
            return
        if not self.server.places.acquire(blocking=False):
            self._refuse(503, "as many calls are under way as may be", "1")
            return
        try:
            self._serve(name)
        finally:
            self.server.places.release()

    def _serve(self, name: str) -> None:
        self._streams = False
        length = int(self.headers.get("Content-Length") or 0)
        if length > self.server.max_bytes:
            self._refuse(413, f"a call takes more than {self.server.max_bytes} bytes")
            return
        try:
            sent = json.loads(self.rfile.read(length))
            call = Call._read(sent, self.headers.get("traceparent", ""), self._chunk)
        except (ValueError, TypeError) as unfit:
            self._refuse(400, str(unfit))
            return
        doubtful = _doubtful(sent)
        if doubtful is None:
            self.server.begin(call)
        watch = _HangUp(self.connection, call)
        try:
            if doubtful is None:
                answer = call._perform(self.server.agents[name])
                body = _json(answer)
                self.server.recent.keep(call.idempotency_key, call.attempt, answer)
            else:
                body = _json(self.server.reconciled(name, call, doubtful))
        except AgentError as failed:
            self._fail(failed, call)
        except Exception as failed:  # noqa: BLE001 - whatever an agent raises is its worker's to know
            self._fail(AgentError(str(failed), type=type(failed).__name__), call)
        else:
            self._answer(body)
        finally:
            watch.close()
            self.server.end(call)

    def _chunk(self, chunk: str) -> None:
        if not self._streams:
            self._streams = True
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson")
            self.send_header("Connection", "close")
            self.end_headers()
        self.wfile.write(json.dumps({"chunk": chunk}).encode() + b"\n")
        self.wfile.flush()

    def _answer(self, body: bytes) -> None:
        if self._streams:
            self.wfile.write(body + b"\n")
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _fail(self, failed: AgentError, call: Call) -> None:
        if self._streams:
            # Without its answer: the worker tries it again.
            self.close_connection = True
            return
        error = _error(failed)
        # Workers read the beginning of such an answer alone.
        error["message"] = error["message"][:_LONGEST_REASON]
        body = {"error": error, **({"usage": call._usage} if call._usage else {})}
        after = _seconds(error["retryAfter"]) if "retryAfter" in error else None
        self._end(503 if failed.retryable else 422, "application/json", json.dumps(body, ensure_ascii=False), after)

    def _refuse(self, status: int, why: str, after: str | None = None) -> None:
        self._end(status, "text/plain; charset=utf-8", why, after)

    def _end(self, status: int, kind: str, text: str, after: str | None) -> None:
        body = text.encode(errors="replace")
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        if after is not None:
            self.send_header("Retry-After", after)
        self.end_headers()
        self.wfile.write(body)


def _seconds(text: str) -> str | None:
    parts = _PARSED.match(text)
    if parts is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return str(math.ceil(((days * 24 + hours) * 60 + minutes) * 60 + seconds))


class _HangUp:
    """Watches whether a worker hangs up while its call is under way. A worker sends nothing more on the connection before."""

    _LOOK_EVERY = 0.2

    def __init__(self, connection: socket.socket, call: Call):
        self._over = threading.Event()
        self._connection = connection
        self._call = call
        threading.Thread(target=self._watch, name="postroad-hang-up", daemon=True).start()

    def _watch(self) -> None:
        while not self._over.is_set() and not self._call.cancelled.is_set():
            if datetime.now(timezone.utc) >= self._call.deadline:
                self._call.cancelled.set()
                return
            try:
                if select.select([self._connection], [], [], self._LOOK_EVERY)[0]:
                    if not self._connection.recv(1, socket.MSG_PEEK):
                        self._call.cancelled.set()
                        return
                    self._over.wait(self._LOOK_EVERY)
            except (OSError, ValueError):
                self._call.cancelled.set()
                return

    def close(self) -> None:
        self._over.set()
