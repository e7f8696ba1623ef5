"""Agents for the tests of the worker: agents.py [BROKERS PREFIX]; says where it serves, and what was cancelled."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from postroad_agents import AgentError, goto, serve_http, serve_kafka, sleep  # noqa: E402


def say(line):
    print(line, flush=True)


def work(call):
    mode = call.input["mode"]
    if mode == "fails" and call.attempt == 1:
        call.use(input_tokens=2)
        raise AgentError("not yet", type="busy")
    if mode == "asks":
        return {"log": f"answered {call.ask('sure?', assignee='ada')}"}
    if mode == "sleeps" and call.attempt == 1:
        return sleep(0.05)
    if mode == "jumps":
        return goto("beyond", {"log": "jumped"})
    call.emit(f"at {mode}")
    if mode == "hangs":
        call.cancelled.wait()
        say(f"cancelled {call.run_id}")
        return None
    call.log.info(f"called as {call.idempotency_key}")
    call.use(input_tokens=5, model="none")
    return {"log": f"worked as attempt {call.attempt}"}


with serve_http({"python": work}) as host:
    say(f"port {host.port}")
    if len(sys.argv) > 1:
        brokers, prefix = sys.argv[1:]
        with serve_kafka({"pykafka": work}, brokers=brokers, prefix=prefix, heartbeat_every=0.2, drain=0) as kafka:
            kafka.joined(60)
            say("ready")
            sys.stdin.read()
    else:
        sys.stdin.read()
say("closed")
