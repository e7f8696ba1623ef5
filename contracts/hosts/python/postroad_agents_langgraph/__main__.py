"""python3 -m postroad_agents_langgraph FILE [--graph NAME] [--name NAME] [--url URL]"""

import argparse
import contextlib
import os
import sys

from ._importing import import_langgraph


def main() -> None:
    options = argparse.ArgumentParser(
        prog="postroad_agents_langgraph",
        description="Prints compiled graphs of LangGraph as Postroad has them; what is not carried over stands in comments.",
    )
    options.add_argument("file", help="a module that has what compile() returned, or a langgraph.json that names such modules")
    options.add_argument("--graph", help="only this one of the module, or of langgraph.json; all by default")
    options.add_argument("--name", help="what the graph is called; by default as there")
    options.add_argument("--url", help="where its agents are served over HTTP; over Kafka by default")
    given = options.parse_args()
    # What modules say while they are read is kept apart from the graphs.
    with contextlib.redirect_stdout(sys.stderr):
        try:
            yaml = import_langgraph(given.file, only=given.graph, name=given.name, url=given.url)
        except (TypeError, OSError, ImportError, ValueError) as failed:
            sys.exit(f"{type(failed).__name__}: {failed}" if not isinstance(failed, TypeError) else str(failed))
    sys.stdout.write(yaml)
    sys.stdout.flush()
    # What a module has begun would keep the process.
    os._exit(0)


main()
