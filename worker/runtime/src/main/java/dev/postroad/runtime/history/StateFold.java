package dev.postroad.runtime.history;

import dev.postroad.contracts.message.RunEvent;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.run.Event;
import dev.postroad.engine.run.EventCodec;
import dev.postroad.engine.run.Run;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a state from a journal, by the same fold that live runs go through. */
final class StateFold {
    private StateFold() {}

    static Optional<RunState> of(List<RunEvent> journal, Graph graph, @Nullable Integer version) {
        Run run = Run.empty(journal.getFirst().runId(), graph);
        Run found = null;
        for (RunEvent stored : journal) {
            run = evolve(run, stored);
            if (version == null || run.version() == version) {
                found = run;
            }
        }
        return Optional.ofNullable(found).map(StateFold::stateOf);
    }

    private static Run evolve(Run run, RunEvent stored) {
        try {
            return run.evolve(new Event(
                    stored.seq(),
                    stored.at(),
                    stored.node(),
                    stored.task(),
                    stored.attempt(),
                    stored.superstep(),
                    stored.version(),
                    stored.durationMillis(),
                    stored.progress(),
                    EventCodec.decode(stored.type(), stored.data())));
        } catch (RuntimeException misfit) {
            throw new CorruptHistoryException(
                    "the journal of run " + run.id() + " cannot be followed past event " + run.seq() + ": "
                            + misfit.getMessage(),
                    misfit);
        }
    }

    private static RunState stateOf(Run run) {
        return new RunState(
                run.id(), run.graph().name(), run.graph().version(), run.status(), run.version(), run.state());
    }
}
