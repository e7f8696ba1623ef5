package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.engine.expression.Budget;
import dev.postroad.engine.graph.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decision in the making: every event that is added is folded into the run at once. It has two times: what is due is
 * told by {@link #now}, and events are stamped with a time that never runs backwards within a journal, whoever wrote
 * what is there. Confined to one decision.
 */
final class Draft {
    private final Instant now;
    private final Instant stamp;
    private final List<Event> events = new ArrayList<>(4);
    private final List<Effect> effects = new ArrayList<>(2);
    private final Budget budget;
    private final Run before;
    private Run run;

    Draft(Run run, Instant now, Instant stamp) {
        this.before = run;
        this.run = run;
        this.budget = new Budget(run.graph().limits().iterations());
        this.now = now;
        this.stamp = stamp.isBefore(run.lastAt()) ? run.lastAt() : stamp;
    }

    Run run() {
        return run;
    }

    /** The real time, which what is to come is reckoned from. */
    Instant now() {
        return now;
    }

    /** What the expressions of this decision cost. */
    Budget budget() {
        return budget;
    }

    int size() {
        return events.size();
    }

    /** Those that were added so far. */
    List<Event> events() {
        return events;
    }

    Decision decision() {
        return new Decision(before, run, events, effects);
    }

    /** The graph that a task belongs to. */
    Frame frame(Task task) {
        return run.root().holding(task.id());
    }

    Node node(Task task) {
        return frame(task).graph().node(task.node());
    }

    /** Has the next attempt of a task begin at a time. */
    void retryAt(Task task, Instant dueAt) {
        perform(new Effect.Wake(dueAt, new Command.RetryDue(task.id(), task.attempt() + 1)));
    }

    void perform(Effect effect) {
        effects.add(effect);
    }

    /** Ends the run. */
    void fail(RunError error) {
        emit(new EventBody.RunFailed(error, List.of(), run.state()));
    }

    /** An event of the whole run. */
    void emit(EventBody body) {
        boolean ends = body.type().endsRun();
        long duration = ends && run.root().superstep().number() > 0
                ? Duration.between(run.startedAt(), stamp).toMillis()
                : -1;
        double progress = body instanceof EventBody.RunCompleted ? 1 : run.progress();
        append(
                new Event(
                        run.seq() + 1,
                        stamp,
                        null,
                        null,
                        0,
                        run.root().superstep().number(),
                        run.version(),
                        duration,
                        progress,
                        body),
                null);
    }

    /** The event that writes the input and opens the first superstep. */
    void emitStarted(EventBody.RunStarted body, ObjectNode merged) {
        append(new Event(run.seq() + 1, stamp, null, null, 0, 0, run.version() + 1, -1, run.progress(), body), merged);
    }

    /** An event of the whole run that makes a new state. */
    void emitChange(EventBody body, ObjectNode merged) {
        int superstep = run.root().superstep().number();
        append(
                new Event(run.seq() + 1, stamp, null, null, 0, superstep, run.version() + 1, -1, run.progress(), body),
                merged);
    }

    /** An event of a task. */
    void emit(EventBody body, Task task, int attempt, long durationMillis) {
        append(event(body, task, attempt, durationMillis, run.version(), run.progress()), null);
    }

    /** The completion of a task; with a merged state it closes the superstep. */
    void emitCompleted(EventBody.NodeCompleted body, Task task, long durationMillis, @Nullable ObjectNode merged) {
        boolean inside = task.id().indexOf('/') >= 0;
        int version = merged == null || inside ? run.version() : run.version() + 1;
        double progress = inside ? run.progress() : run.progressWith(task.node());
        append(event(body, task, task.attempt(), durationMillis, version, progress), merged);
    }

    private Event event(EventBody body, Task task, int attempt, long durationMillis, int version, double progress) {
        return new Event(
                run.seq() + 1,
                stamp,
                task.node(),
                task.id(),
                attempt,
                run.root().holding(task.id()).superstepOf(task),
                version,
                durationMillis,
                progress,
                body);
    }

    private void append(Event event, @Nullable ObjectNode merged) {
        run = run.evolve(event, merged);
        events.add(event);
    }
}
