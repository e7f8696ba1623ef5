package dev.postroad.runtime.history.past;

import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.engine.graph.PublishedGraphs;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventCodec;
import dev.postroad.engine.run.Run;
import dev.postroad.runtime.history.rows.CorruptHistoryException;

/** Follows a journal by the same fold that live runs go through. Confined to one thread. */
final class StateFold {
    private final PublishedGraphs versions;
    private Run run;

    /**
     * Begins with the first event.
     *
     * @param first the version of its graph that applied to that
     * @param versions gives all versions of its graph
     */
    StateFold(String runId, int first, PublishedGraphs versions) {
        this(Run.empty(runId, versions.apply(first)), versions);
    }

    /** Goes on from where a run is. */
    StateFold(Run run, PublishedGraphs versions) {
        this.run = run;
        this.versions = versions;
    }

    Run run() {
        return run;
    }

    Event add(RunEvent stored) {
        try {
            if (stored.type() == EventType.UNKNOWN) {
                throw new IllegalStateException("this release does not know events of type " + stored.typeName());
            }
            Event event = Event.of(stored, EventCodec.decode(stored.type(), stored.data(), versions));
            run = run.evolve(event);
            return event;
        } catch (RuntimeException | StackOverflowError misfit) {
            throw new CorruptHistoryException(
                    "the journal of run " + run.id() + " cannot be followed past event " + run.seq() + ": "
                            + misfit.getMessage(),
                    misfit);
        }
    }

    static RunState stateOf(Run run) {
        return new RunState(
                run.id(), run.graph().name(), run.graph().version(), run.status(), run.version(), run.state());
    }
}
