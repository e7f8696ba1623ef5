package dev.postroad.engine.run;

import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.run.Command.Answer;
import dev.postroad.engine.run.Command.Dispatched;
import dev.postroad.engine.run.Command.NotDone;
import dev.postroad.engine.run.Command.Rest;
import dev.postroad.engine.run.Command.Result;
import dev.postroad.engine.run.Command.Shown;
import dev.postroad.engine.run.Command.WakeUp;
import dev.postroad.engine.run.EventBody.NodeWaiting;
import dev.postroad.engine.run.EventBody.RunResumed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that are with remote agents: they are sent, answered and given up. While an agent is quick the run stays at
 * hand, as the two events of a rest and the way back from Postgres would cost more than the work; where nothing happened
 * for a while, it waits as one does that sleeps. Confined to one decision.
 */
final class RemoteTasks {
    private static final String NOT_UNDER_WAY = "not-under-way";

    private final Draft draft;
    private final TaskSteps steps;
    private RemoteAgents known = RemoteAgents.NONE;
    /** The tasks whose agents are asked by this very decision. */
    private final Set<String> asked = new HashSet<>();

    RemoteTasks(Draft draft, TaskSteps steps) {
        this.draft = draft;
        this.steps = steps;
    }

    /** Notes that an attempt was sent; false where nobody waits for it any more, which its agent is told. */
    boolean dispatched(Dispatched sent) {
        Task task = draft.run().root().find(sent.task());
        boolean isUnderWay = task != null && task.isCalling() && task.attempt() == sent.attempt();
        if (draft.run().status() != RunStatus.RUNNING || !isUnderWay) {
            if (draft.run().hasNoUseFor(sent.task(), sent.attempt())) {
                draft.perform(sent.recall());
            }
            return false;
        }
        Instant now = draft.now();
        Dispatch dispatch = new Dispatch(sent.agent(), now, sent.deadline(), sent.heartbeat(), sent.polling());
        Instant due = dispatch.dueAfter(null);
        draft.emit(NodeWaiting.dispatched(dispatch, due), Objects.requireNonNull(task), sent.attempt(), -1);
        restLater();
        // Later than that the run is at rest, and is woken by what its row says.
        if (!due.isAfter(now.plus(Dispatch.LONGEST_AT_HAND))) {
            wakeUpAt(due);
        }
        return true;
    }

    /** Takes an answer; false where nobody waits for it, which is said. */
    boolean result(Result result) {
        Task task = awaited(result.task(), result.attempt(), result.remote());
        if (task == null) {
            return false;
        }
        returnFromRest();
        answer(task, result);
        return true;
    }

    private void answer(Task task, Result result) {
        Dispatch dispatch = task.dispatch();
        String agent = dispatch == null ? agent(task) : dispatch.agent();
        long millis = dispatch == null
                ? 0
                : Math.max(0, Duration.between(dispatch.at(), draft.now()).toMillis());
        RemoteAgents remote = result.remote();
        note(task, agent, result, millis);
        steps.take(
                task,
                new Answer(task.id(), task.attempt(), result.reply(), remote.policy(agent), millis, remote.chance()));
    }

    private void note(Task task, String agent, Result result, long millis) {
        draft.perform(new Effect.Note(
                agent,
                draft.frame(task).graph().name(),
                task.node(),
                task.id(),
                task.attempt(),
                result.reply(),
                millis,
                result.logs()));
    }

    /** Has the agent called that says it did nothing yet; false where nobody waits for it, which is said. */
    boolean notDone(NotDone notDone) {
        Task task = awaited(notDone.task(), notDone.attempt(), RemoteAgents.NONE);
        if (task == null || !task.isDispatched()) {
            return false;
        }
        returnFromRest();
        steps.beginOnceMore(task);
        return true;
    }

    void shown(Shown shown) {
        Task task = awaited(shown.task(), shown.attempt(), RemoteAgents.NONE);
        if (task != null) {
            draft.perform(new Effect.Show(draft.frame(task).graph().name(), task.node(), task.id(), task.attempt()));
        }
    }

    /** The task of an attempt that a remote agent has; null where there is none, and whoever asks is told why. */
    private @Nullable Task awaited(String id, int attempt, RemoteAgents remote) {
        Run run = draft.run();
        Task task = run.isUnderWay() ? run.root().find(id) : null;
        if (task == null) {
            refuse("no task " + id + " is under way in the run, which is "
                    + run.status().publicName());
            return null;
        }
        if (!task.isDispatched() && !task.isCalling()) {
            refuse("task " + id + " is not with an agent any more");
            return null;
        }
        if (task.attempt() != attempt) {
            refuse("attempt " + attempt + " of task " + id + " is not under way, but attempt " + task.attempt());
            return null;
        }
        if (!task.isDispatched() && !remote.isRemote(agent(task))) {
            refuse("task " + id + " was not sent to a remote agent");
            return null;
        }
        return task;
    }

    private void refuse(String why) {
        draft.perform(new Effect.Reject(NOT_UNDER_WAY, why));
    }

    /** The agent that the node of a task names; empty where it names none. */
    private String agent(Task task) {
        return draft.node(task).work() instanceof Node.ByAgent(String agent) ? agent : "";
    }

    /** Gives up on the agents that took too long or fell silent, and asks those that are to be asked; false where the time of none had come. */
    boolean expire(WakeUp wakeUp) {
        known = wakeUp.remote();
        List<Task> due = draft.run()
                .root()
                .where(task -> task.isDispatched() && !draft.now().isBefore(Objects.requireNonNull(task.dueAt())));
        for (Task task : due) {
            if (draft.size() > Decider.MAX_EVENTS) {
                draft.perform(new Effect.Yield(wakeUp));
                break;
            }
            if (!draft.now().isBefore(due(task))) {
                askOrGiveUp(task, Objects.requireNonNull(task.dispatch()));
            }
        }
        return !due.isEmpty();
    }

    /** When an agent is given up that says nothing more; the journal knows when it was sent the task, and not when it was heard. */
    private Instant due(Task task) {
        Instant noted = Objects.requireNonNull(task.dueAt());
        Instant heard = asked.contains(task.id()) ? draft.now() : known.heard(task.id(), task.attempt());
        Instant due = Objects.requireNonNull(task.dispatch()).dueAfter(heard);
        return due.isAfter(noted) ? due : noted;
    }

    private void askOrGiveUp(Task task, Dispatch dispatch) {
        Polling polling = dispatch.polling();
        if (polling == null) {
            giveUp(task, dispatch);
        } else if (draft.now().isBefore(dispatch.deadline())) {
            asked.add(task.id());
            draft.perform(new Effect.Poll(
                    dispatch.agent(),
                    draft.frame(task).graph().name(),
                    task.node(),
                    task.id(),
                    task.attempt(),
                    polling,
                    dispatch.deadline()));
        } else {
            draft.perform(dispatch.recall(task.id(), task.attempt()));
            giveUp(task, dispatch);
        }
    }

    private void giveUp(Task task, Dispatch dispatch) {
        returnFromRest();
        String why = draft.now().isBefore(dispatch.deadline())
                ? "agent " + dispatch.agent() + " said nothing for " + dispatch.heartbeat()
                : "no answer of agent " + dispatch.agent() + " within "
                        + Duration.between(dispatch.at(), dispatch.deadline());
        answer(task, new Result(task.id(), task.attempt(), AgentReply.retryable(RunError.TIMEOUT, why), null, known));
    }

    /** The run is at hand again, where it was not. */
    private void returnFromRest() {
        if (draft.run().status() == RunStatus.WAITING) {
            draft.emit(new RunResumed(null, Map.of(), List.of(), null, List.of()));
            restLater();
        }
    }

    /** Whether nothing happened for so long that the run may leave memory. */
    boolean isQuiet() {
        return !draft.now().isBefore(draft.run().stirredAt().plus(Dispatch.REST_AFTER));
    }

    /** Sets the timers of what is with remote agents, for a run that was read back or goes on. */
    void watch() {
        if (draft.run().root().isDispatched()) {
            restLater();
            watchDue();
        }
    }

    /** Sets the timer of the first of them that is due. */
    void watchDue() {
        draft.run().root().where(Task::isDispatched).stream()
                .map(this::due)
                .min(Instant::compareTo)
                .ifPresent(this::wakeUpAt);
    }

    /** All that were due were heard of since: the run, which is at rest, stays so. */
    void restOn() {
        Instant next = draft.run().nextWakeUp(task -> task.isDispatched() ? due(task) : task.wakesAt());
        draft.perform(new Effect.Postpone(Objects.requireNonNull(next)));
    }

    private void restLater() {
        draft.perform(new Effect.Wake(
                draft.now().plus(Dispatch.REST_AFTER), new Rest(draft.run().stirredAt())));
    }

    private void wakeUpAt(Instant time) {
        draft.perform(new Effect.Wake(time, new WakeUp()));
    }
}
