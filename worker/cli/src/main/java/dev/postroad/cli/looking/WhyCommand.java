package dev.postroad.cli.looking;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.screen.PrettyJson;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.reasons.Reason;
import dev.postroad.runtime.history.reasons.ReasonJson;
import dev.postroad.runtime.history.reasons.RunReasons;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "why", description = "Say why a run does not go on, or did not go well, and what helps.")
final class WhyCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private final Surroundings surroundings;

    @Mixin
    private RunArgument run = new RunArgument();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    WhyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        String id = run.id();
        Servers servers = Servers.open(surroundings, Need.POSTGRES);
        RunHistory history = servers.history();
        RunReasons why = servers.diagnosis().of(id).orElseThrow(() -> NoSuchRun.named(id, history));
        if (json) {
            PrettyJson.print(ReasonJson.tree(why), surroundings.out());
        } else {
            lines(why, surroundings.zone()).forEach(surroundings::print);
        }
        return ExitCode.COMPLETED;
    }

    static List<String> lines(RunReasons why, ZoneId zone) {
        List<String> lines = new ArrayList<>();
        lines.add(why.runId() + " is " + why.status().publicName()
                + (why.reasons().isEmpty() && !why.status().isEnded() ? ", and goes on" : ""));
        for (Reason reason : why.reasons()) {
            lines.add("- " + reason.what() + time(", since ", reason.since(), zone)
                    + time(", until ", reason.until(), zone));
            lines.add("  " + reason.remedy());
            reason.steps().forEach(step -> lines.add("    " + step.command()));
        }
        return lines;
    }

    private static String time(String label, @Nullable Instant time, ZoneId zone) {
        return time == null ? "" : label + TIME.format(time.atZone(zone));
    }
}
