package dev.postroad.runtime;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;

/** Who may know whom, and who may look at a clock: design.md §8 and style.md, for all modules but the command. */
@NullMarked
@AnalyzeClasses(
        packages = "dev.postroad",
        importOptions = {ImportOption.DoNotIncludeTests.class, RuntimeArchitectureTest.NoOthersTests.class})
class RuntimeArchitectureTest {
    /** The engine's tests come as a jar. */
    static final class NoOthersTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static final String CONTRACTS = "dev.postroad.contracts..";
    private static final String MIGRATIONS = "dev.postroad.migrations..";
    private static final String ENGINE = "dev.postroad.engine..";
    private static final String RUNTIME = "dev.postroad.runtime..";
    private static final String EMBEDDED = "dev.postroad.embedded..";

    @ArchTest
    static final ArchRule contractsKnowNoOtherModule =
            only(CONTRACTS, CONTRACTS).because("whoever writes an agent or a client must get by with this one module");

    @ArchTest
    static final ArchRule migrationsKnowNoOtherModule =
            only(MIGRATIONS, MIGRATIONS).because("the schema is there before the worker, and outlives its versions");

    @ArchTest
    static final ArchRule theEngineKnowsTheContractsOnly =
            only(ENGINE, ENGINE, CONTRACTS).because("what decides is to be tested without what stores and sends");

    @ArchTest
    static final ArchRule theRuntimeKnowsNeitherTheCommandNorTheEmbeddedServers = only(
                    RUNTIME, RUNTIME, ENGINE, CONTRACTS, MIGRATIONS)
            .because("a worker in production is the same as one on a laptop, and is given its Kafka and Postgres");

    @ArchTest
    static final ArchRule theEmbeddedServersStandAlone = only(EMBEDDED, EMBEDDED)
            .because("they are stand-ins for servers, which know nothing of their users either");

    @ArchTest
    static final ArchRule runtimePackagesHaveNoCycles = slices().matching("dev.postroad.runtime.(*)..")
            .should()
            .beFreeOfCycles()
            .because("the class in the middle that knows everything grows out of the first cycle");

    @ArchTest
    static final ArchRule roomsOfAPackageHaveNoCyclesEither = slices().matching("dev.postroad.runtime.(**)")
            .should()
            .beFreeOfCycles()
            .because("a room that knows those who use it cannot be read, or tested, by itself");

    @ArchTest
    static final ArchRule theJournalKnowsNobodyWhoUsesIt = within("journal", "database", "limit")
            .because("the writes that must never be lost or doubled are to be read and tested by themselves");

    @ArchTest
    static final ArchRule agentsKnowNothingOfRuns = within("agent", "answers", "trace")
            .because("an attempt is a call with an answer; when to try again is decided in the engine");

    @ArchTest
    static final ArchRule publishingKnowsTheJournalOnly = within("publish", "journal", "background")
            .because("what is published is what was committed, whoever wrote it");

    @ArchTest
    static final ArchRule runsDoNotKnowWhoBringsTheirCommands = within(
                    "run", "agent", "answers", "guard", "journal", "limit", "logs", "publish", "trace")
            .because("a test, a topic and an HTTP call drive a run by the same door");

    @ArchTest
    static final ArchRule historyReadsWithoutTheWorker = within("history", "journal")
            .because("a run's past can be read on any worker, and by the command, whoever owns its shard");

    @ArchTest
    static final ArchRule nobodyKnowsTheWiring = noClasses()
            .that()
            .resideInAnyPackage("dev.postroad.runtime.*..", ENGINE, CONTRACTS, MIGRATIONS, EMBEDDED)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.postroad.runtime")
            .because("parts are handed what they need, so that a test can hand them something else");

    @ArchTest
    static final ArchRule onlyTheWiringKnowsOwnershipAndHttp = noClasses()
            .that()
            .resideInAnyPackage("dev.postroad.runtime.*..")
            .and(are(notIn("ownership")))
            .and(are(notIn("http")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.postroad.runtime.ownership..", "dev.postroad.runtime.http..")
            .because("both sit at the edge, and drive the rest");

    @ArchTest
    static final ArchRule nobodyAsksTheSystemForTheTime = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat(belongToAnyOf(Clock.class))
            .because("time comes from an InstantSource that is handed in, or a test could not set it");

    @ArchTest
    static final ArchRule onlyTheWiringTakesTheSystemsClock = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.postroad.runtime.Worker")
            .and()
            // Settings are read before there is anything to wire.
            .doNotHaveFullyQualifiedName("dev.postroad.runtime.config.WorkerSettings")
            .should()
            .callMethod(InstantSource.class, "system")
            .because("a clock that is made in the middle cannot be set from outside");

    @ArchTest
    static final ArchRule stopwatchesStandWhereAnotherProcessIsWaitedFor = noClasses()
            .that(resideInAnyPackage(RUNTIME, ENGINE, MIGRATIONS))
            .and()
            // Waits for servers, before any run is there.
            .doNotHaveFullyQualifiedName("dev.postroad.runtime.provisioning.StartLimit")
            .and()
            // What all workers go by is measured against what goes on evenly.
            .doNotHaveFullyQualifiedName("dev.postroad.runtime.Worker")
            .and()
            // Tells how long commits take, and decides nothing by it.
            .doNotHaveFullyQualifiedName("dev.postroad.runtime.run.lane.LaneFigures")
            .should()
            .callMethod(System.class, "nanoTime")
            .because("what depends on elapsed time cannot be replayed");

    /** Each pauses between two tries to reach a server, or two looks at what others do; none for a wait of a run. */
    private static final Set<String> SLEEPERS = Set.of(
            "dev.postroad.runtime.journal.JournalConnection",
            "dev.postroad.runtime.logs.LogWriter",
            "dev.postroad.runtime.ownership.ShardMoves",
            "dev.postroad.runtime.provisioning.StartLimit",
            "dev.postroad.runtime.provisioning.TopicAdmin",
            // While the worker starts, for 2 s at the most.
            "dev.postroad.runtime.publish.Producers",
            "dev.postroad.runtime.guard.AgentBreaker",
            // An attempt whose agent says that an earlier one is under way; whoever takes the run over asks anew.
            "dev.postroad.runtime.agent.http.Question",
            "dev.postroad.runtime.run.calls.AgentCalls",
            "dev.postroad.runtime.background.Rounds",
            // Between two portions, so that the runs under way do not feel them.
            "dev.postroad.runtime.retention.Pruner",
            "dev.postroad.runtime.run.lane.JournalRunLoader",
            // A call that has not begun, on a thread of its own, while Postgres is away.
            "dev.postroad.runtime.budget.SharedBudgets");

    @ArchTest
    static final ArchRule nobodySleepsInTheMiddle = noClasses()
            .that(resideInAnyPackage(RUNTIME, ENGINE, MIGRATIONS)
                    .and(DescribedPredicate.describe(
                            "are not known to pause", owner -> !SLEEPERS.contains(owner.getName()))))
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", Duration.class)
            .orShould()
            .callMethod(TimeUnit.class, "sleep", long.class)
            .because("a run's wait is an event with its due time; a sleeping thread is forgotten in a crash");

    /** Each is to wait for less than its session would let it. */
    private static final Set<String> TIMERS = Set.of(
            "dev.postroad.runtime.clock.ClockReader",
            "dev.postroad.runtime.limit.PermitTable",
            "dev.postroad.runtime.observe.QueueWait");

    @ArchTest
    static final ArchRule sessionsLimitTheirStatements = noClasses()
            .that(resideInAnyPackage(RUNTIME)
                    .and(DescribedPredicate.describe(
                            "are not known to need less", owner -> !TIMERS.contains(owner.getName()))))
            .should()
            .callMethodWhere(DescribedPredicate.describe(
                    "sets a timer for a statement",
                    call -> call.getName().equals("setQueryTimeout")
                            && call.getTargetOwner().isAssignableTo(Statement.class)))
            .because("pools have Postgres end what takes too long, and a timer costs more than a short statement");

    @ArchTest
    static final ArchRule nobodyPrints = noClasses()
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace")
            .because("standard output belongs to the command, and a worker's words belong in its log");

    @ArchTest
    static final ArchRule nobodyLogsPastSlf4j = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.util.logging..", "ch.qos.logback..", "org.apache.log4j.."))
            .because("the operator sets levels and format in one place");

    /** Of our own modules, a package may know these. */
    private static ArchRule only(String module, String... known) {
        return noClasses()
                .that()
                .resideInAPackage(module)
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.postroad..").and(DescribedPredicate.not(resideInAnyPackage(known))));
    }

    /** Within the runtime, a package may know itself and these. */
    private static ArchRule within(String name, String... known) {
        DescribedPredicate<JavaClass> allowed = resideInAPackage("dev.postroad.runtime." + name + "..")
                // Its classes know nobody, and serve every loop.
                .or(resideInAPackage("dev.postroad.runtime.background.."));
        for (String other : known) {
            allowed = allowed.or(resideInAPackage("dev.postroad.runtime." + other + ".."));
        }
        return classes()
                .that()
                .resideInAPackage("dev.postroad.runtime." + name + "..")
                .should()
                .onlyDependOnClassesThat(
                        DescribedPredicate.not(resideInAPackage(RUNTIME)).or(allowed));
    }

    private static DescribedPredicate<JavaClass> notIn(String name) {
        return DescribedPredicate.not(resideInAPackage("dev.postroad.runtime." + name + ".."));
    }
}
