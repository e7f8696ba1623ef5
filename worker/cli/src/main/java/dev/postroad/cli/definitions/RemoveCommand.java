package dev.postroad.cli.definitions;

import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.servers.Await;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.definition.RegistryKey;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.definitions.PublishedDefinitions;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "remove",
        description = {
            "Remove graphs, agents and schedules: no new run begins with them. Where any of them is not there, none is removed.",
            "Runs of a graph go on by the version that they have; to publish it again makes it there again."
        })
final class RemoveCommand implements Callable<Integer> {
    private static final int MOST_USERS = 20;

    private final Surroundings surroundings;

    @Parameters(paramLabel = "KEY", arity = "1..*", description = "Such as agent/NAME, graph/NAME or schedule/NAME.")
    private List<String> keys = List.of();

    @Option(
            names = "--wait",
            paramLabel = "PT30S",
            description = "The longest to wait until a worker has removed them; PT30S by default.")
    private Duration limit = Publisher.DEFAULT_LIMIT;

    @Mixin
    private GiverOption giver = new GiverOption();

    RemoveCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        Set<RegistryKey> wanted = new LinkedHashSet<>();
        for (String key : keys) {
            wanted.add(RegistryKey.read(key));
        }
        Servers servers = Servers.open(surroundings, Need.WORKER);
        PublishedDefinitions stored = servers.definitions();
        wanted.forEach(key -> requireThere(key, stored));
        wanted.forEach(key -> warnOfUsers(key, wanted, stored));
        PostroadClient client = servers.client();
        wanted.forEach(key -> client.remove(key.toString(), giver.name(surroundings)));
        for (RegistryKey key : wanted) {
            if (!Await.until(limit, () -> !stored.has(key))) {
                throw CommandException.failed(
                        "the removal of " + key + " is sent, but no worker has acted on it within " + limit.toSeconds()
                                + " s; see that a worker runs, and what its log says");
            }
            surroundings.print(key + ": removed");
        }
        return ExitCode.COMPLETED;
    }

    private void warnOfUsers(RegistryKey key, Set<RegistryKey> going, PublishedDefinitions stored) {
        if (key.kind() != RegistryKey.Kind.GRAPH && key.kind() != RegistryKey.Kind.AGENT) {
            return;
        }
        List<String> staying = stored.users(key, MOST_USERS).stream()
                .filter(user -> !going.contains(user))
                .map(RegistryKey::toString)
                .toList();
        if (!staying.isEmpty()) {
            surroundings.say("warning: " + key + " is still used by " + String.join(", ", staying)
                    + (staying.size() == MOST_USERS ? " and others" : "")
                    + "; take it out there, or publish it again");
        }
    }

    private static void requireThere(RegistryKey key, PublishedDefinitions stored) {
        if (!stored.has(key)) {
            Set<String> names = switch (key.kind()) {
                case AGENT -> stored.agents();
                case GRAPH -> stored.graphs();
                case SCHEDULE -> stored.schedules();
                case PRICE -> stored.prices();
            };
            throw CommandException.failed("there is no " + key + "; "
                    + (names.isEmpty() ? "there are none of its kind" : "there are " + String.join(", ", names)));
        }
    }
}
