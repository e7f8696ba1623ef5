package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.engine.run.Command.Unavailable;
import dev.postroad.engine.run.EventBody.Missing;
import dev.postroad.engine.run.EventBody.NodeFailed;
import dev.postroad.engine.run.EventBody.NodeReminded;
import dev.postroad.engine.run.EventBody.NodeWaiting;
import dev.postroad.engine.run.EventBody.RunResumed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** The waits of tasks: for people, for times and for agents. Confined to one decision. */
final class TaskWaits {
    /** One that asks again and again, with time-outs that answer it, would go on for ever. */
    private static final int MOST_ANSWERS = 1_000;

    /** So that workers whose clocks differ do not fill a journal while they ask for an agent. */
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);

    private final Draft draft;
    private final Results results;
    private final TaskEnds ends;

    TaskWaits(Draft draft, Results results, TaskEnds ends) {
        this.draft = draft;
        this.results = results;
        this.ends = ends;
    }

    /** Sets the timers of what sleeps or asks, for a run that may have been put away meanwhile. */
    void resumeSleepers() {
        for (Task task : draft.run().root().where(found -> found.wakesAt() != null && !found.isDispatched())) {
            wakeUpAt(Objects.requireNonNull(task.wakesAt()));
        }
    }

    private void wakeUpAt(Instant time) {
        draft.perform(new Effect.Wake(time, new Command.WakeUp()));
    }

    /** Lets tasks go on that sleep; false where there is none of the kind. */
    boolean wake(Predicate<Task> kind) {
        List<String> woken =
                draft.run().root().where(kind).stream().map(Task::id).toList();
        if (woken.isEmpty()) {
            return false;
        }
        draft.emit(new RunResumed(null, Map.of(), woken, null, List.of()));
        return true;
    }

    /** Sees to the questions that nobody answered in time, or of which somebody is to be reminded. */
    void expireQuestions() {
        List<Task> expired = draft.run().root().where(this::hasExpired);
        for (Task task : expired) {
            Interrupt asked = Objects.requireNonNull(task.interrupt());
            Instant due = asked.dueAt();
            if (due == null || draft.now().isBefore(due)) {
                draft.emit(new NodeReminded(), task, task.attempt(), -1);
            } else {
                expire(task, asked);
            }
        }
    }

    private boolean hasExpired(Task task) {
        Instant wakesAt = task.status() == TaskStatus.ASKING ? task.wakesAt() : null;
        return wakesAt != null && !draft.now().isBefore(wakesAt);
    }

    private void expire(Task task, Interrupt asked) {
        JsonNode onTimeout = asked.asking().onTimeout();
        boolean takesOver = onTimeout != null
                && onTimeout.isTextual()
                && draft.frame(task).graph().nodes().containsKey(onTimeout.textValue());
        Map<String, JsonNode> answers = onTimeout == null || takesOver ? Map.of() : Map.of(task.id(), onTimeout);
        draft.emit(new RunResumed(null, answers, List.of(), null, List.of()));
        if (answers.isEmpty()) {
            String handler = takesOver
                    ? Objects.requireNonNull(onTimeout).textValue()
                    : draft.node(task).onError();
            RunError error = new RunError(
                    RunError.TIMEOUT,
                    "nobody answered " + asked.id() + " within "
                            + asked.asking().timeout(),
                    null);
            ends.fail(draft.run().task(task.id()), new NodeFailed(error, handler, false, Usage.NONE), 0);
        }
    }

    void awaitAgent(Task task, Unavailable unavailable) {
        Duration wait = Results.bounded(Duration.between(draft.now(), unavailable.until()));
        Instant until = draft.now().plus(wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait);
        Missing missing = new Missing(unavailable.agent(), unavailable.reason());
        draft.emit(NodeWaiting.missing(missing, until), task, task.attempt(), 0);
        wakeUpAt(until);
    }

    void ask(Task task, AgentReply.Interrupted asks, long durationMillis) {
        String refusal = task.answers().size() < MOST_ANSWERS
                ? results.refusal(task, asks.asking())
                : "the task has asked " + MOST_ANSWERS + " times, and all answers are handed to each call of it;"
                        + " ask in a loop of the graph, where each question is a task of its own";
        if (refusal != null) {
            ends.fail(task, new RunError(RunError.BAD_OUTPUT, refusal, null), asks.usage(), durationMillis);
            return;
        }
        Interrupt interrupt = new Interrupt(
                task.interruptId(),
                task.node(),
                task.id(),
                asks.question(),
                asks.asking(),
                asks.kept(),
                draft.run().version(),
                draft.now(),
                0);
        draft.emit(NodeWaiting.asking(interrupt, asks.usage()), task, task.attempt(), durationMillis);
        Instant wakesAt = interrupt.wakesAt();
        if (wakesAt != null) {
            wakeUpAt(wakesAt);
        }
    }

    void sleep(Task task, Instant until, Usage usage, long durationMillis) {
        draft.emit(NodeWaiting.until(until, usage), task, task.attempt(), durationMillis);
        wakeUpAt(until);
    }
}
