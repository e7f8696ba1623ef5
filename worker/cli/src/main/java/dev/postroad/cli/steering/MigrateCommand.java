package dev.postroad.cli.steering;

import dev.postroad.cli.arguments.NoSuchRun;
import dev.postroad.cli.arguments.RunArgument;
import dev.postroad.cli.arguments.RunSelection;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.serving.Schema;
import dev.postroad.cli.shell.CommandException;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.runtime.history.RunHistory;
import dev.postroad.runtime.history.past.MigrationPlan;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "migrate",
        description = {
            "Bring the schema to the newest version, and make the topics that are missing; or move runs to another version of"
                    + " their graph.",
            "With a RUN: have it go on under another version of its graph, at once where it is at rest, else from its"
                    + " next superstep on. Where something that is under way has no place there, all of that is said,"
                    + " and the run stays as it is; --dry-run only says what would be lost.",
            "Or all runs of a filter, by default those that have not ended: many are sent it at a pace, and counted as"
                    + " they answer; a bulk that was stopped can be gone on with."
        })
final class MigrateCommand extends SelectiveCommand {
    private static final String VERSION = "--graph-version";
    private static final String GRANT_TO = "--grant-to";

    private final Surroundings surroundings;

    @Option(names = VERSION, paramLabel = "N", description = "The version of its graph that the run is to go by.")
    private @Nullable Integer version;

    @Option(
            names = GRANT_TO,
            paramLabel = "ROLE",
            description = "Of the schema: a role of Postgres, which is there already, that workers use. It may read and"
                    + " write then, and owns nothing.")
    private @Nullable String grantTo;

    MigrateCommand(Surroundings surroundings) {
        super(surroundings, RunSelection.fromAVersion());
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException, InterruptedException {
        if (run() == null && version == null && !selectsMany()) {
            return Schema.migrate(surroundings, grantTo);
        }
        if (grantTo != null) {
            throw CommandException.usage(GRANT_TO + ": is about the schema; leave the RUN away, and what says which");
        }
        String run = run();
        return run != null && selection().isDry() ? show(RunArgument.legal(run), version()) : super.call();
    }

    @Override
    Control.Action action(Surroundings around) {
        return new Control.Migrate(version());
    }

    @Override
    Set<String> alsoOfOne() {
        return Set.of("--dry-run");
    }

    @Override
    Set<RunStatus> possible() {
        return EnumSet.allOf(RunStatus.class);
    }

    @Override
    Set<RunStatus> usual() {
        return EnumSet.of(RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING, RunStatus.PAUSED);
    }

    private int version() {
        if (version == null) {
            throw CommandException.usage(VERSION + ": is missing; say under which version of its graph the run is to go"
                    + " on, such as `postroad migrate RUN " + VERSION + " 2`");
        }
        if (version < 1) {
            throw CommandException.usage(VERSION + ": is " + version + "; use 1 or more");
        }
        return version;
    }

    private int show(String id, int into) throws FaultsException {
        RunHistory history = Servers.open(surroundings, Need.POSTGRES).history();
        MigrationPlan plan = history.migration(id, into).orElseThrow(() -> NoSuchRun.named(id, history));
        if (plan.lost().isEmpty()) {
            surroundings.print("run " + id + " can go on under version " + into + " of graph " + plan.graph()
                    + "; nothing would be lost");
            return ExitCode.COMPLETED;
        }
        plan.lost().forEach(surroundings::print);
        surroundings.say("run " + id + " stays under version " + plan.fromVersion() + " of graph " + plan.graph());
        return ExitCode.FAILED;
    }

    @Override
    String told(RunEvent answer) {
        return Steering.told(answer) + (answer.type() == EventType.RUN_MIGRATING ? ", from its next superstep on" : "");
    }
}
