package dev.postroad.cli.steering;

import dev.postroad.cli.arguments.AnswerOptions;
import dev.postroad.cli.arguments.GiverOption;
import dev.postroad.cli.arguments.RunArgument;
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
import dev.postroad.runtime.history.past.MigrationPlan;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "migrate",
        description = {
            "Bring the schema to the newest version, and make the topics that are missing.",
            "With a RUN: have it go on under another version of its graph, at once where it is at rest, else from its"
                    + " next superstep on. Where something that is under way has no place there, all of that is said,"
                    + " and the run stays as it is."
        })
final class MigrateCommand implements Callable<Integer> {
    private static final String VERSION = "--graph-version";
    private static final String GRANT_TO = "--grant-to";

    private final Surroundings surroundings;

    @Parameters(paramLabel = "RUN", arity = "0..1", description = "The id of the run; without one it is the schema.")
    private @Nullable String run;

    @Option(names = VERSION, paramLabel = "N", description = "The version of its graph that the run is to go by.")
    private @Nullable Integer version;

    @Option(names = "--dry-run", description = "Only say what of the run would be lost.")
    private boolean dry;

    @Option(
            names = GRANT_TO,
            paramLabel = "ROLE",
            description = "Without a RUN: a role of Postgres, which is there already, that workers use. It may read and"
                    + " write then, and owns nothing.")
    private @Nullable String grantTo;

    @Mixin
    private AnswerOptions answering = new AnswerOptions();

    @Mixin
    private GiverOption giver = new GiverOption();

    MigrateCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        if (run == null) {
            if (version != null || dry) {
                throw CommandException.usage((dry ? "--dry-run" : VERSION) + ": is about a run; name the RUN");
            }
            return Schema.migrate(surroundings, grantTo);
        }
        if (grantTo != null) {
            throw CommandException.usage(GRANT_TO + ": is about the schema; leave the RUN away");
        }
        String id = RunArgument.legal(run);
        int into = version();
        return dry
                ? show(id, into)
                : new Steering(id, new Control.Migrate(into), giver.name(surroundings))
                        .send(answering, surroundings, MigrateCommand::told);
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
        MigrationPlan plan = Servers.open(surroundings, Need.POSTGRES)
                .history()
                .migration(id, into)
                .orElseThrow(() -> CommandException.failed("there is no run " + id));
        if (plan.lost().isEmpty()) {
            surroundings.print("run " + id + " can go on under version " + into + " of graph " + plan.graph()
                    + "; nothing would be lost");
            return ExitCode.COMPLETED;
        }
        plan.lost().forEach(surroundings::print);
        surroundings.say("run " + id + " stays under version " + plan.fromVersion() + " of graph " + plan.graph());
        return ExitCode.FAILED;
    }

    private static String told(RunEvent answer) {
        return Steering.told(answer) + (answer.type() == EventType.RUN_MIGRATING ? ", from its next superstep on" : "");
    }
}
