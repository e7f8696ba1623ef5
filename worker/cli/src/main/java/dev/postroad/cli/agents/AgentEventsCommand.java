package dev.postroad.cli.agents;

import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.AgentEvent;
import dev.postroad.runtime.history.agents.AgentEventLog;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "events",
        description = "List what happened to agents, a line each, the oldest first, and follow it if asked to.")
final class AgentEventsCommand implements Callable<Integer> {
    private static final int MOST = 10_000;
    private static final int PAGE = 500;
    private static final Duration BEAT = Duration.ofMillis(250);

    private final Surroundings surroundings;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The agent; all where none is named.")
    private @Nullable String name;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many, the last ones; 50 by default.")
    private int limit = 50;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens from now on, until Ctrl-C.")
    private boolean followed;

    @Option(names = "--json", description = "Print JSON, one event a line.")
    private boolean json;

    AgentEventsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        if (limit < 1 || limit > MOST) {
            throw CommandException.usage("--limit: is " + limit + "; use 1 to " + MOST);
        }
        Servers servers = Servers.open(surroundings, Need.POSTGRES);
        AgentEventLog log = servers.agentEvents();
        long last = print(log.last(name, limit), 0);
        if (last == 0
                && name != null
                && !followed
                && !servers.definitions().agents().contains(name)) {
            throw CommandException.failed("there is no agent " + name + "; `postroad agents` lists them");
        }
        while (followed && !surroundings.shutdown().await(BEAT)) {
            last = print(log.after(name, last, PAGE), last);
        }
        return ExitCode.COMPLETED;
    }

    /** Returns the id of the last that was printed. */
    private long print(List<AgentEvent> events, long last) {
        events.forEach(event -> {
            if (json) {
                surroundings.json(event.toJson());
            } else {
                surroundings.print(line(event, surroundings.zone()));
            }
        });
        return events.isEmpty() ? last : events.getLast().id();
    }

    static String line(AgentEvent event, ZoneId zone) {
        String at = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
                .withZone(zone)
                .format(event.at());
        return String.format(Locale.ROOT, "%s  %-25s  %s%s", at, event.type(), event.agent(), note(event));
    }

    private static String note(AgentEvent event) {
        StringBuilder note = new StringBuilder();
        event.data().properties().forEach(field -> {
            String value = field.getValue().isTextual()
                    ? field.getValue().textValue()
                    : field.getValue().toString();
            note.append("  ").append(field.getKey()).append(": ").append(value);
        });
        return note.toString();
    }
}
