package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.ToolCall;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.definition.OnExceeded;
import dev.postroad.contracts.json.Json;
import dev.postroad.engine.expression.Expression;
import dev.postroad.engine.graph.Graph;
import dev.postroad.engine.graph.Node;
import dev.postroad.engine.run.Command.Answer;
import dev.postroad.engine.run.Command.RetryDue;
import dev.postroad.engine.run.Command.TakeUp;
import dev.postroad.engine.run.Command.Unavailable;
import dev.postroad.engine.run.EventBody.BudgetExceeded;
import dev.postroad.engine.run.EventBody.Handed;
import dev.postroad.engine.run.EventBody.NodeCalling;
import dev.postroad.engine.run.EventBody.NodeStarted;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The steps of single tasks: they begin, are taken up again, and are answered. Confined to one decision. */
final class TaskSteps {
    private final Draft draft;
    private final Results results;
    private final TaskEnds ends;
    private final TaskWaits waits;

    TaskSteps(Draft draft, Results results, TaskEnds ends, TaskWaits waits) {
        this.draft = draft;
        this.results = results;
        this.ends = ends;
        this.waits = waits;
    }

    /** Begins the next pending task, where the limit on tasks at once allows; false where there is none to begin. */
    boolean startNext(Frame frame) {
        Superstep superstep = frame.superstep();
        int limit = frame.graph().limits().concurrency();
        if (superstep.count(TaskStatus.PENDING) == 0 || superstep.underWay() >= limit) {
            return false;
        }
        for (Task task : superstep.tasks()) {
            if (task.status() == TaskStatus.PENDING) {
                begin(task);
                return true;
            }
        }
        return false;
    }

    private void begin(Task task) {
        int attempt = task.attempt() + 1;
        switch (draft.node(task).work()) {
            case Node.ByAgent(String agent) -> beginCall(task, agent, attempt, task.doubtful());
            case Node.ByGraph(Graph graph) -> enter(task, graph, attempt);
            case Node.BySet _, Node.ByInterrupt _, Node.BySleep _ -> {
                draft.emit(NodeStarted.PLAIN, task, attempt, -1);
                perform(draft.run().task(task.id()));
            }
        }
    }

    private void beginCall(Task task, String agent, int attempt, int doubtful) {
        try {
            JsonNode input = input(task);
            boolean isState = draft.node(task).input() == null && task.place().input() == null;
            draft.emit(new NodeStarted(null, new Handed(agent, isState ? null : input)), task, attempt, -1);
            call(draft.run().task(task.id()), agent, input, doubtful);
        } catch (RefusedException refused) {
            draft.emit(new NodeStarted(null, new Handed(agent, null)), task, attempt, -1);
            ends.fail(draft.run().task(task.id()), refused.error(), 0);
        }
    }

    private void enter(Task task, Graph graph, int attempt) {
        try {
            draft.emit(NodeStarted.entering(results.entry(task, graph)), task, attempt, -1);
        } catch (RefusedException refused) {
            draft.emit(NodeStarted.PLAIN, task, attempt, -1);
            ends.fail(draft.run().task(task.id()), refused.error(), 0);
        }
    }

    private void perform(Task task) {
        Node node = draft.node(task);
        try {
            switch (node.work()) {
                case Node.BySet(Expression writes) -> ends.complete(task, plain(results.evaluate(task, writes)), 0);
                // Whoever had the run before may have made the call.
                case Node.ByAgent(String agent) -> call(task, agent, input(task), task.attempt());
                case Node.ByInterrupt interrupt -> askOrComplete(task, interrupt);
                case Node.BySleep(Expression until) -> sleepOrWake(task, until);
                case Node.ByGraph ignored -> throw new IllegalStateException("a graph is entered, not performed");
            }
        } catch (RefusedException refused) {
            ends.fail(task, refused.error(), 0);
        }
    }

    private void askOrComplete(Task task, Node.ByInterrupt interrupt) throws RefusedException {
        if (!task.answers().isEmpty()) {
            ends.complete(task, plain(task.answers().getLast()), 0);
            return;
        }
        JsonNode question = results.evaluate(task, interrupt.question());
        String assignee = interrupt.assignee() == null ? null : results.assignee(task, interrupt.assignee());
        waits.ask(task, new AgentReply.Interrupted(question, interrupt.asking().of(assignee)), 0);
    }

    private void sleepOrWake(Task task, Expression until) throws RefusedException {
        if (task.attempt() > 1) {
            ends.complete(task, plain(JsonNodeFactory.instance.objectNode()), 0);
        } else {
            waits.sleep(task, Results.time(results.evaluate(task, until), draft.now()), Usage.NONE, 0);
        }
    }

    private static AgentReply.Completed plain(JsonNode output) {
        return new AgentReply.Completed(output, Usage.NONE);
    }

    private JsonNode input(Task task) throws RefusedException {
        Expression expression = draft.node(task).input();
        return expression == null ? results.plainInput(task) : results.evaluate(task, expression);
    }

    private void call(Task task, String agent, JsonNode input, int doubtful) {
        BudgetExceeded exceeded = draft.run().overOwnBudget();
        if (exceeded != null) {
            ends.overBudget(task, exceeded);
            if (exceeded.onExceeded() != OnExceeded.WARN) {
                return;
            }
        }
        Node node = draft.node(task);
        String graph = draft.frame(task).graph().name();
        draft.perform(new Effect.CallAgent(
                agent,
                graph,
                task.node(),
                task.id(),
                task.attempt(),
                input,
                task.answers(),
                node.timeout(),
                node.cache(),
                node.guard(),
                BudgetClaim.of(draft.run()),
                doubtful));
    }

    /** Sets going again what was under way when the run was read back. */
    void resume() {
        List<TakeUp.Attempt> calls = new ArrayList<>();
        for (Task task : draft.run().root().where(found -> found.status().isUnderWay())) {
            if (task.isCalling()) {
                calls.add(new TakeUp.Attempt(task.id(), task.attempt()));
            } else if (task.status() == TaskStatus.BACKING_OFF) {
                draft.retryAt(task, Objects.requireNonNull(task.dueAt()));
            }
        }
        waits.resumeSleepers();
        takeUp(calls);
    }

    /** Makes calls again, unless something else happened to their tasks; what is too much for one decision later. */
    void takeUp(List<TakeUp.Attempt> calls) {
        for (int i = 0; i < calls.size(); i++) {
            if (draft.budget().isSpent()) {
                draft.perform(new Effect.Yield(new TakeUp(calls.subList(i, calls.size()))));
                return;
            }
            Task task = draft.run().root().find(calls.get(i).task());
            if (task != null
                    && task.isCalling()
                    && task.attempt() == calls.get(i).attempt()) {
                perform(task);
            }
        }
    }

    /** Begins the attempt that a task waited for, unless something else happened to it. */
    void retryDue(RetryDue due) {
        Task task = draft.run().root().find(due.task());
        if (task != null && task.status() == TaskStatus.BACKING_OFF && task.attempt() + 1 == due.attempt()) {
            begin(task);
        }
    }

    /** Takes an agent's answer; false where it came too late to matter. */
    boolean answer(Answer answer) {
        Task task = draft.run().root().find(answer.task());
        if (task == null || !task.isCalling() || task.attempt() != answer.attempt()) {
            return false;
        }
        take(task, answer);
        return true;
    }

    /** Takes what an agent answered to the attempt of a task that is under way. */
    void take(Task task, Answer answer) {
        switch (answer.reply()) {
            case AgentReply.Completed completed -> ends.complete(task, completed, answer.durationMillis());
            case AgentReply.Interrupted asks -> waits.ask(task, asks, answer.durationMillis());
            case AgentReply.Sleeping(Duration duration, Usage usage) ->
                waits.sleep(task, draft.now().plus(Results.bounded(duration)), usage, answer.durationMillis());
            case AgentReply.CallingTools calling ->
                ends.fail(
                        task,
                        new RunError(RunError.BAD_OUTPUT, "an agent that is reached in this way calls no tools", null),
                        calling.usage(),
                        answer.durationMillis());
            case AgentReply.Faulted fault -> ends.fault(task, fault, answer);
        }
    }

    /** Takes it that an agent calls tools; false where that came too late to matter. */
    boolean callTools(Command.CallTools calls) {
        Task task = draft.run().root().find(calls.task());
        if (task == null || !task.isCalling() || task.attempt() != calls.attempt()) {
            return false;
        }
        RunError refusal = refusal(task, calls);
        if (refusal == null) {
            draft.emit(
                    new NodeCalling(calls.said(), calls.calls(), calls.usage()),
                    task,
                    task.attempt(),
                    calls.durationMillis());
        } else {
            ends.fail(task, refusal, calls.usage(), calls.durationMillis());
        }
        return true;
    }

    /** Why tools cannot be called; null where they can. */
    private @Nullable RunError refusal(Task task, Command.CallTools calls) {
        long depth = task.id().chars().filter(letter -> letter == '/').count();
        if (depth >= Graph.MAX_DEPTH) {
            return new RunError(
                    RunError.TOOLS,
                    "tools that call tools are nested deeper than " + Graph.MAX_DEPTH + "; nest them less deeply",
                    null);
        }
        String ofSaid = Json.unstorableText(calls.said());
        if (ofSaid != null) {
            return new RunError(RunError.BAD_OUTPUT, "what it says to its tools " + ofSaid, null);
        }
        Set<String> ids = new HashSet<>();
        for (ToolTask called : calls.calls()) {
            String problem = problem(called.call());
            if (problem != null) {
                return new RunError(RunError.BAD_OUTPUT, problem, null);
            }
            if (!ids.add(called.call().id())) {
                return new RunError(
                        RunError.BAD_OUTPUT,
                        "two calls of tools have the id " + called.call().id(),
                        null);
            }
        }
        return TaskLimit.beyond(draft.run(), calls.calls().size());
    }

    /** Why a journal cannot hold a call; null where it can. */
    private static @Nullable String problem(ToolCall call) {
        String ofInput = Json.unstorableText(call.input());
        if (ofInput != null) {
            return "the input of tool " + call.tool() + " " + ofInput;
        }
        String ofTexts = Json.unstorableText(new TextNode(call.id() + " " + call.tool() + " " + call.target()));
        return ofTexts == null ? null : "the name, the id or the target of a call of a tool " + ofTexts;
    }

    /** Calls an agent again, whose tools have answered. */
    void goOn(Task task) {
        if (draft.node(task).work() instanceof Node.ByAgent(String agent)) {
            beginCall(task, agent, task.attempt() + 1, 0);
        }
    }

    /** Begins the same attempt of a call once more, now that its agent says that nothing was done. */
    void beginOnceMore(Task task) {
        if (draft.node(task).work() instanceof Node.ByAgent(String agent)) {
            beginCall(task, agent, task.attempt(), 0);
        }
    }

    /** Takes it that a call is beyond the budget; false where that came too late to matter. */
    boolean overBudget(Command.OverBudget over) {
        Task task = draft.run().root().find(over.task());
        if (task == null || !task.isCalling() || task.attempt() != over.attempt()) {
            return false;
        }
        ends.overBudget(task, over.exceeded());
        return true;
    }

    /** Takes it that a task's agent cannot be called now; false where that came too late to matter. */
    boolean unavailable(Unavailable unavailable) {
        Task task = draft.run().root().find(unavailable.task());
        if (task == null || !task.isCalling() || task.attempt() != unavailable.attempt()) {
            return false;
        }
        if (unavailable.fails()) {
            ends.fail(task, new RunError(RunError.AGENT_UNAVAILABLE, unavailable.reason(), null), 0);
        } else {
            waits.awaitAgent(task, unavailable);
        }
        return true;
    }
}
