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
import java.util.Optional;
import java.util.UUID;

/** One control message for one run. */
record Steering(String run, Control.Action action) {

    /** Sends it, and says what became of it; returns the exit code. */
    int send(AnswerOptions answering, Surroundings surroundings) throws FaultsException {
        var control = new Control(run, UUID.randomUUID().toString(), action);
        Servers servers = Servers.open(surroundings, Need.WORKER);
        PostroadClient client = servers.client();
        try (RunWatch watch = client.watch(run)) {
            client.control(control);
            Optional<RunEvent> answer = answering.await(watch, surroundings, event -> answers(event, control));
            answer.ifPresent(Steering::throwRefusal);
            answer.ifPresent(event -> surroundings.out().println(event.type().publicName() + " " + event.runId()));
            answering.explain(answer, action.type() + " of run " + run, servers, surroundings);
        }
        return ExitCode.COMPLETED;
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
