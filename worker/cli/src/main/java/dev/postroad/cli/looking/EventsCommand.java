package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.arguments.TimeOptions;
import dev.postroad.cli.progress.PlainEvents;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.EventFilter;
import dev.postroad.runtime.history.past.PastJson;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

@Command(name = "events", description = "List the events of a run, a line each, and follow them if asked to.")
final class EventsCommand implements Callable<Integer> {
    private static final int PAGE = 500;
    private static final Duration BEAT = Duration.ofMillis(200);

    private final Surroundings surroundings;

    @Mixin
    private RunArgument run = new RunArgument();

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            split = ",",
            converter = TypeArgument.class,
            description = "Only events of this type, such as node.failed; may be given several times.")
    private Set<EventType> types = EnumSet.noneOf(EventType.class);

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Only events of this node; may be given several times.")
    private Set<String> nodes = new LinkedHashSet<>();

    @Mixin
    private TimeOptions times = new TimeOptions();

    @Option(names = "--after", paramLabel = "SEQ", description = "Only events behind this place in the journal.")
    private int after;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; by default all.")
    private @Nullable Integer limit;

    @Option(
            names = {"-f", "--follow"},
            description = "Go on with what happens from now on, until Ctrl-C.")
    private boolean followed;

    @Option(names = "--json", description = "Print JSON, one event a line.")
    private boolean json;

    EventsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        check();
        String id = run.id();
        Instant now = surroundings.clock().instant();
        var filter = new EventFilter(types, nodes, times.since(now), times.until(now));
        if (followed) {
            follow(id, filter);
        } else {
            list(id, filter);
        }
        return ExitCode.COMPLETED;
    }

    private void check() {
        if (after < 0) {
            throw CommandException.usage("--after: is " + after + "; use 0 or more");
        }
        if (limit != null && limit < 1) {
            throw CommandException.usage("--limit: is " + limit + "; use 1 or more");
        }
        if (limit != null && followed) {
            throw CommandException.usage("--limit: has no meaning beside --follow; remove one of them");
        }
    }

    private void list(String id, EventFilter filter) throws FaultsException {
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        int last = print(id, history, filter);
        boolean isFull = limit != null && !history.events(id, filter, last, 1).isEmpty();
        if (isFull) {
            surroundings.say("there are more: --after " + last + " goes on");
        }
    }

    private void follow(String id, EventFilter filter) throws FaultsException {
        Servers servers = Servers.open(surroundings, Need.WORKER);
        // Opened before the journal is read, so that no event falls between the two.
        try (RunWatch watch = servers.client().watch(id)) {
            int last = print(id, servers.history(), filter);
            Consumer<RunEvent> printer = printer();
            while (!surroundings.shutdown().hasBegun()) {
                watch.poll(BEAT)
                        .filter(event -> event.seq() == 0 || event.seq() > last)
                        .filter(filter::accepts)
                        .ifPresent(printer);
            }
        }
    }

    /** What is in the journal, up to the limit; returns the place of the last that was printed. */
    private int print(String id, RunHistory history, EventFilter filter) {
        Consumer<RunEvent> printer = printer();
        int last = after;
        int left = limit == null ? Integer.MAX_VALUE : limit;
        List<RunEvent> page;
        do {
            int size = Math.min(left, PAGE);
            page = history.events(id, filter, last, size);
            page.forEach(printer);
            last = page.isEmpty() ? last : page.getLast().seq();
            left -= page.size();
        } while (!page.isEmpty() && left > 0);
        if (last == after && history.find(id).isEmpty()) {
            throw NoSuchRun.named(id, history);
        }
        return last;
    }

    private Consumer<RunEvent> printer() {
        if (json) {
            return event -> surroundings.json(PastJson.tree(event));
        }
        var plain = new PlainEvents(surroundings.zone());
        return event -> surroundings.print(plain.line(event));
    }

    /** Reads the public names. */
    static final class TypeArgument implements ITypeConverter<EventType> {
        @Override
        public EventType convert(String name) {
            if (EventType.isKnown(name)) {
                return EventType.of(name);
            }
            throw new TypeConversionException("is \"" + name + "\"; use one of "
                    + EventType.known().map(EventType::publicName).collect(Collectors.joining(", ")));
        }
    }
}
