package dev.postroad.cli.running;

import dev.postroad.cli.arguments.AnswerOptions;
import dev.postroad.cli.definitions.Examples;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.Trigger;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "trigger", description = "Start a run and print its id; `postroad run` follows it too.")
final class TriggerCommand implements Callable<Integer> {
    private static final Set<EventType> ANSWERS = EnumSet.of(
            EventType.RUN_QUEUED,
            EventType.TRIGGER_REJECTED,
            EventType.TRIGGER_DUPLICATE,
            EventType.TRIGGER_SUPERSEDED);

    private final Surroundings surroundings;

    @Parameters(paramLabel = "GRAPH", description = "The name of a graph.")
    private String graph = "";

    @Mixin
    private GraphTriggerOptions options = new GraphTriggerOptions();

    @Mixin
    private AnswerOptions answering = new AnswerOptions();

    TriggerCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        Trigger trigger = options.trigger(graph, surroundings);
        Servers servers = Servers.open(surroundings, Need.WORKER);
        PostroadClient client = servers.client();
        Examples.publish(trigger.target(), client, servers);
        String runId = String.valueOf(trigger.runId());
        try (RunWatch watch = client.watch(runId)) {
            client.trigger(trigger);
            Optional<RunEvent> answer = answering.await(watch, surroundings, event -> ANSWERS.contains(event.type()));
            answer.ifPresent(TriggeredRun::throwRefusal);
            surroundings.print(runId);
            answering.explain(answer, "the trigger of run " + runId, servers, surroundings);
        }
        return ExitCode.COMPLETED;
    }
}
