package dev.postroad.cli.steering;

import dev.postroad.cli.arguments.AnswerOptions;
import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.RunHistory;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One control message for one run.
 *
 * @param by who gives it; null for nobody in particular
 */
record Steering(String run, Control.Action action, @Nullable String by) {

    /** Sends it, and says what became of it; returns the exit code. */
    int send(AnswerOptions answering, Surroundings surroundings) throws FaultsException {
        return send(answering, surroundings, Steering::told);
    }

    /** What is usually printed of an answer. */
    static String told(RunEvent answer) {
        return answer.type().publicName() + " " + answer.runId();
    }

    /** As above, and prints what is told of the answer. */
    int send(AnswerOptions answering, Surroundings surroundings, Function<RunEvent, String> telling)
            throws FaultsException {
        var control = new Control(run, UUID.randomUUID().toString(), action, by);
        Servers servers = Servers.open(surroundings, Need.WORKER);
        if (action instanceof Control.Migrate && servers.history().find(run).isEmpty()) {
            throw NoSuchRun.named(run, servers.history());
        }
        PostroadClient client = servers.client();
        try (RunWatch watch = client.watch(run)) {
            client.control(control);
            Optional<RunEvent> answer = answering.await(watch, surroundings, event -> answers(event, control));
            answer.ifPresent(Steering::throwRefusal);
            answer.map(telling).ifPresent(surroundings::print);
            if (answer.isEmpty() && answering.waits()) {
                requireRun(servers.history());
            }
            answering.explain(answer, what(), servers, surroundings);
        }
        return ExitCode.COMPLETED;
    }

    /** A trigger may be on its way, or be debounced; but whoever mistyped a name is to know what becomes of it. */
    private void requireRun(RunHistory history) {
        if (history.find(run).isEmpty()) {
            throw CommandException.failed(
                    NoSuchRun.named(run, history).getMessage() + "; the " + what()
                            + " is kept for a time (POSTROAD_PENDING_COMMANDS), and meets a run of that name that comes until then");
        }
    }

    private String what() {
        String what = action.type() + " of run " + run;
        return action instanceof Control.Fork fork ? what + " as run " + fork.newRunId() : what;
    }

    private static boolean answers(RunEvent event, Control control) {
        return event.data().path("commandId").asText().equals(control.commandId());
    }

    private static void throwRefusal(RunEvent answer) {
        if (answer.type() == EventType.COMMAND_REJECTED) {
            throw CommandException.failed(answer.data().path("command").asText() + " of run " + answer.runId()
                    + " was refused: " + answer.data().path("reason").asText());
        }
    }
}
