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
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** Sends a run a control message, and says what became of it. */
abstract class SteeringCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Mixin
    private RunArgument run = new RunArgument();

    @Mixin
    private AnswerOptions answering = new AnswerOptions();

    SteeringCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /**
     * What is to be done, by the options.
     *
     * @throws CommandException where they make no sense
     */
    abstract Control.Action action(Surroundings surroundings);

    @Override
    public final Integer call() throws FaultsException {
        var control = new Control(run.id(), UUID.randomUUID().toString(), action(surroundings));
        Servers servers = Servers.open(surroundings, Need.WORKER);
        PostroadClient client = servers.client();
        try (RunWatch watch = client.watch(control.runId())) {
            client.control(control);
            Optional<RunEvent> answer = answering.await(watch, surroundings, event -> answers(event, control));
            answer.ifPresent(SteeringCommand::throwRefusal);
            answer.ifPresent(event -> surroundings.out().println(event.type().publicName() + " " + event.runId()));
            String what = control.action().type() + " of run " + control.runId();
            answering.explain(answer, what, servers, surroundings);
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
