import os
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from postroad_agents_kafka import _Progress, _Tasks  # noqa: E402

TASK = {"runId": "r", "graph": "g", "node": "n", "task": "n@1", "attempt": 1, "input": 7, "deadline": "2100-01-01T00:00:00Z"}
LIMIT = 30


class Sent:
    """What goes to Kafka, which has it at once."""

    def __init__(self):
        self.all = []
        self._changed = threading.Condition()

    def send_soon(self, run_id, value):
        self.send(run_id, value, lambda: None)

    def send(self, run_id, value, stored):
        stored()
        with self._changed:
            self.all.append(value)
            self._changed.notify_all()

    def answers(self, many):
        """So many records, which are waited for."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.all) >= many, LIMIT), self.all
            return list(self.all)


class TasksTest(unittest.TestCase):
    def setUp(self):
        self.sent = Sent()
        self.done = []
        self.calls = []
        self.go = threading.Event()

    def tasks(self, agent, reconcile=None):
        tasks = _Tasks({"a": agent}, reconcile or {}, self.sent, 4)
        self.addCleanup(tasks.leave_all)
        self.addCleanup(self.go.set)
        return tasks

    def begin(self, tasks, **more):
        tasks.begin("a", {**TASK, **more}, "", lambda: self.done.append(more.get("attempt", 1)))

    def slow(self, call):
        self.calls.append(call.attempt)
        self.go.wait(LIMIT)
        return {"a": call.input}

    def test_what_comes_again_while_it_is_under_way_or_just_answered_is_not_done_again(self):
        tasks = self.tasks(self.slow)
        self.begin(tasks)
        self.begin(tasks)
        self.assertEqual(self.sent.answers(1), [{"task": "n@1", "attempt": 1, "underWay": True}])
        self.assertEqual(self.done, [])
        self.go.set()
        answer = {"task": "n@1", "attempt": 1, "output": {"a": 7}}
        self.assertEqual(self.sent.answers(2)[1], answer)
        self.begin(tasks)
        self.assertEqual(self.sent.answers(3)[2], answer)
        self.assertEqual(self.calls, [1])
        self.assertEqual(self.done, [1, 1, 1])

    def test_an_agent_is_asked_what_came_of_an_attempt_in_doubt(self):
        known = {}
        tasks = self.tasks(lambda call: {"a": "done"}, {"a": lambda call: known.get(call.task)})
        self.begin(tasks, attempt=2, reconcile=True, doubtful=1)
        self.assertEqual(self.sent.answers(1)[0], {"task": "n@1", "attempt": 2, "notDone": True})
        self.begin(tasks, attempt=2)
        self.assertEqual(self.sent.answers(2)[1], {"task": "n@1", "attempt": 2, "output": {"a": "done"}})
        known["m@1"] = {"a": "before"}
        self.begin(tasks, task="m@1", attempt=2, reconcile=True, doubtful=1)
        self.assertEqual(self.sent.answers(3)[2], {"task": "m@1", "attempt": 2, "output": {"a": "before"}})

    def test_what_is_cancelled_or_out_of_time_is_told_and_not_answered(self):
        ended = threading.Event()

        def waits(call):
            call.cancelled.wait(LIMIT)
            ended.set()
            return {"a": 1}

        tasks = self.tasks(waits)
        self.begin(tasks, attempt=2)
        tasks.cancel("r", "n@1", 1)
        self.assertEqual(tasks.under_way, 1)
        tasks.cancel("r", "n@1", 2)
        self.assertTrue(ended.wait(LIMIT))
        self.begin(tasks, task="late@1", deadline="2000-01-01T00:00:00Z")
        self.begin(tasks, task="next@1")
        tasks.cancel("r", "next@1", None)
        for _ in range(100 * LIMIT):
            if tasks.under_way == 0:
                break
            time.sleep(0.01)
        self.assertEqual(self.sent.all, [])
        self.assertEqual(sorted(self.done), [1, 1, 2])

    def test_errors_say_what_they_are_and_what_was_used(self):
        def fails(call):
            call.use(input_tokens=3)
            raise KeyError("gone")

        self.begin(self.tasks(fails))
        answer = self.sent.answers(1)[0]
        self.assertEqual(answer["error"], {"type": "KeyError", "message": "'gone'", "retryable": True})
        self.assertEqual(answer["usage"]["inputTokens"], 3)

    def test_what_is_no_json_is_an_error_and_not_sent(self):
        self.begin(self.tasks(lambda call: {"a": float("nan")}))
        self.assertEqual(self.sent.answers(1)[0]["error"]["type"], "ValueError")

    def test_what_is_under_way_is_told_of(self):
        tasks = self.tasks(self.slow)
        self.begin(tasks)
        tasks.beat(0)
        self.assertEqual(self.sent.answers(1)[0], {"task": "n@1", "attempt": 1, "heartbeat": True})


class ProgressTest(unittest.TestCase):
    def test_what_is_behind_an_open_record_is_not_told_of_as_done(self):
        progress = _Progress()
        first, second, third = (progress.begin("p", offset) for offset in (5, 6, 9))
        second()
        self.assertEqual(progress.news(), {})
        first()
        self.assertEqual(progress.news(), {"p": 7})
        third()
        self.assertEqual(progress.news(), {"p": 10})
        self.assertEqual(progress.news(), {})


if __name__ == "__main__":
    unittest.main()
