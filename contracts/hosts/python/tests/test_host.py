import http.client
import json
import os
import sys
import threading
import unittest
from datetime import timedelta

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from postroad_agents import AgentError, goto, interrupt, output, serve_http, sleep  # noqa: E402

TASK = {
    "runId": "r",
    "graph": "g",
    "node": "n",
    "task": "n@1",
    "attempt": 1,
    "input": {"name": "Ada"},
    "deadline": "2100-01-01T00:00:00.123456789Z",
}


def post(port, path, body):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, body if isinstance(body, str) else json.dumps(body))
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response, text


def asked(agent, **more):
    with serve_http({"agent": agent}) as host:
        return post(host.port, "/agent", {**TASK, **more})


def body_of(agent, **more):
    return json.loads(asked(agent, **more)[1])


def raises(error):
    raise error


class HostTest(unittest.TestCase):
    def test_what_a_function_returns_is_written(self):
        self.assertEqual(
            body_of(lambda call: {"greeting": f"Hello, {call.input['name']}"}), {"output": {"greeting": "Hello, Ada"}}
        )
        self.assertEqual(body_of(lambda call: None), {})

    def test_all_that_an_agent_may_answer(self):
        self.assertEqual(body_of(lambda call: output({"a": 1})), {"output": {"a": 1}})
        self.assertEqual(
            body_of(lambda call: goto([{"node": "b", "input": 1}, "c"], {"a": 1})),
            {"goto": [{"node": "b", "input": 1}, "c"], "output": {"a": 1}},
        )
        self.assertEqual(body_of(lambda call: interrupt("sure?")), {"interrupt": "sure?"})
        self.assertEqual(
            body_of(lambda call: interrupt("sure?", assignee="ada", remind_every=60)),
            {"interrupt": {"ask": "sure?", "assignee": "ada", "remindEvery": "PT60.000S"}},
        )
        self.assertEqual(body_of(lambda call: sleep(timedelta(milliseconds=1500))), {"sleep": "PT1.500S"})

    def test_a_question_ends_the_function_and_its_answer_comes_back_in_the_order_of_the_questions(self):
        def agent(call):
            try:
                return [call.ask("first?"), call.ask("second?")]
            except Exception:
                return "caught"

        self.assertEqual(body_of(agent), {"interrupt": "first?"})
        self.assertEqual(body_of(agent, answers=[1]), {"interrupt": "second?"})
        self.assertEqual(body_of(agent, answers=[1, 2]), {"output": [1, 2]})

    def test_logs_and_what_was_consumed_go_along(self):
        def agent(call):
            call.log.info("at work", step=1)
            call.use(input_tokens=3, cost=0.5)
            call.use(input_tokens=1, output_tokens=2, model="m", finish_reason="stop")
            return {"key": call.idempotency_key}

        self.assertEqual(
            body_of(agent),
            {
                "output": {"key": "r/n@1"},
                "logs": [{"level": "info", "message": "at work", "fields": {"step": 1}}],
                "usage": {"inputTokens": 4, "outputTokens": 2, "cost": 0.5, "model": "m", "finishReason": "stop"},
            },
        )

    def test_chunks_make_the_answer_a_stream(self):
        def agent(call):
            call.emit("Hel")
            call.emit("lo")
            return {"a": 1}

        response, text = asked(agent)
        self.assertEqual(response.headers["Content-Type"], "application/x-ndjson")
        self.assertEqual(
            [json.loads(line) for line in text.splitlines()], [{"chunk": "Hel"}, {"chunk": "lo"}, {"output": {"a": 1}}]
        )

    def test_errors_say_whether_to_try_again_and_when(self):
        response, text = asked(lambda call: raises(KeyError("x")))
        self.assertEqual(response.status, 503)
        self.assertEqual(json.loads(text), {"error": {"type": "KeyError", "message": "'x'", "retryable": True}})

        def unknown(call):
            call.use(input_tokens=3)
            raise AgentError("no such customer", type="unknown", retryable=False)

        response, text = asked(unknown)
        self.assertEqual((response.status, response.headers["Content-Type"]), (422, "application/json"))
        self.assertEqual(
            json.loads(text),
            {
                "error": {"type": "unknown", "message": "no such customer", "retryable": False},
                "usage": {"inputTokens": 3, "outputTokens": 0},
            },
        )
        response, _ = asked(lambda call: raises(AgentError("busy", retry_after="PT1M1.5S")))
        self.assertEqual(response.headers["Retry-After"], "62")
        for no_json in (object(), float("nan")):
            response, _ = asked(lambda call: {"a": no_json})
            self.assertEqual(response.status, 503)

    def test_what_is_no_call_is_refused_and_stops_nobody(self):
        with serve_http({"agent": lambda call: 1}) as host:
            self.assertEqual(post(host.port, "/other", {})[0].status, 404)
            self.assertEqual(post(host.port, "/agent", "no json")[0].status, 400)
            self.assertEqual(post(host.port, "/agent", {})[0].status, 400)
            self.assertEqual(post(host.port, "/agent", "[]")[0].status, 400)
            self.assertEqual(post(host.port, "/agent", TASK)[0].status, 200)

    def test_no_more_calls_run_at_once_than_may(self):
        begun, go = threading.Event(), threading.Event()

        def agent(call):
            begun.set()
            go.wait(30)

        with serve_http({"agent": agent}, parallelism=1) as host:
            first = threading.Thread(target=post, args=(host.port, "/agent", TASK))
            first.start()
            begun.wait(30)
            self.assertEqual(host.under_way, 1)
            self.assertEqual(post(host.port, "/agent", TASK)[0].status, 503)
            go.set()
            first.join()

    def test_an_agent_is_asked_what_came_of_an_attempt_in_doubt(self):
        going, over = threading.Event(), threading.Event()
        calls = []

        def agent(call):
            calls.append(call.attempt)
            going.set()
            over.wait(30)

        known = {}
        with serve_http({"agent": agent}, reconcile={"agent": lambda call: known.get(call.task)}) as host:

            def ask(**more):
                return json.loads(post(host.port, "/agent", {**TASK, "attempt": 2, "reconcile": True, "doubtful": 2, **more})[1])

            self.assertEqual(ask(), {"notDone": True})
            known["m@1"] = {"a": "before"}
            self.assertEqual(ask(task="m@1"), {"output": {"a": "before"}})
            first = threading.Thread(target=post, args=(host.port, "/agent", TASK))
            first.start()
            self.assertTrue(going.wait(30))
            self.assertEqual(ask(), {"underWay": True})
            over.set()
            first.join()
            # Attempt 2 only asked, which whoever took the task over does not know.
            self.assertEqual(ask(), {"output": None})
        self.assertEqual(calls, [1])

    def test_whoever_hangs_up_cancels_the_call(self):
        begun, cancelled = threading.Event(), threading.Event()

        def agent(call):
            begun.set()
            if call.cancelled.wait(30):
                cancelled.set()

        with serve_http({"agent": agent}) as host:
            connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=30)
            connection.request("POST", "/agent", json.dumps(TASK))
            begun.wait(30)
            connection.close()
            self.assertTrue(cancelled.wait(30))


if __name__ == "__main__":
    unittest.main()
