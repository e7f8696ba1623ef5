package dev.postroad.cli;

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
import dev.postroad.contracts.message.RunIds;
import java.util.Optional;
import java.util.UUID;

/** Sends a control message, and says what became of it. */
final class Steering {
    private Steering() {}

    static int send(String runId, Control.Action action, AnswerOptions answering, Surroundings surroundings)
            throws FaultsException {
        if (!RunIds.isLegal(runId)) {
            throw CommandException.usage("the run id is \"" + runId + "\"; use " + RunIds.RULE);
        }
        String commandId = UUID.randomUUID().toString();
        Servers servers = Servers.open(surroundings, Need.WORKER);
        PostroadClient client = servers.client();
        try (RunWatch watch = client.watch(runId)) {
            client.control(new Control(runId, commandId, action));
            Optional<RunEvent> answer = answering.await(watch, surroundings, event -> answers(event, commandId));
            answer.ifPresent(Steering::throwRefusal);
            answer.ifPresent(event -> surroundings.out().println(event.type().publicName() + " " + runId));
            answering.explain(answer, action.type() + " of run " + runId, servers, surroundings);
        }
        return ExitCode.COMPLETED;
    }

    private static boolean answers(RunEvent event, String commandId) {
        return event.data().path("commandId").asText().equals(commandId);
    }

    private static void throwRefusal(RunEvent answer) {
        if (answer.type() == EventType.COMMAND_REJECTED) {
            throw CommandException.failed(answer.data().path("command").asText() + " of run " + answer.runId()
                    + " was refused: " + answer.data().path("reason").asText());
        }
    }
}
