package dev.postroad.engine;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.Timer;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;

/** The engine is a pure function: what it is given decides what it gives. */
@NullMarked
@AnalyzeClasses(packagesOf = ArchitectureTest.class, importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule knowsOnlyTheJdkTheContractsCelAndJacksonsTree = classes()
            .should()
            .onlyDependOnClassesThat(resideInAnyPackage(
                    "java.lang",
                    "java.lang.runtime",
                    "java.lang.invoke",
                    "java.math",
                    "java.nio.charset",
                    "java.time..",
                    "java.util",
                    "java.util.function",
                    "java.util.stream",
                    "org.jspecify.annotations",
                    "com.fasterxml.jackson.core..",
                    "com.fasterxml.jackson.databind",
                    "com.fasterxml.jackson.databind.node",
                    "dev.cel..",
                    "com.google.common..",
                    "com.google.protobuf..",
                    "com.google.re2j",
                    "dev.postroad.contracts.agent",
                    "dev.postroad.contracts.definition",
                    "dev.postroad.contracts.json",
                    "dev.postroad.contracts.message",
                    "dev.postroad.engine.."))
            .because("what the core may know is the JDK's data types, the contracts, CEL and Jackson's tree: "
                    + "anything more is a way to do I/O, or ties runs of today to a library of today");

    @ArchTest
    static final ArchRule doesNoInputOrOutputAndHasNoThreads = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                            "java.io..",
                            "java.nio",
                            "java.nio.channels..",
                            "java.nio.file..",
                            "java.net..",
                            "java.sql..",
                            "javax.sql..",
                            "java.util.concurrent..",
                            "java.util.logging..",
                            "org.slf4j..",
                            "dev.postroad.contracts.client..")
                    .or(belongToAnyOf(
                            Thread.class,
                            ThreadLocal.class,
                            Timer.class,
                            Process.class,
                            ProcessBuilder.class,
                            Runtime.class)))
            .because("the same commands must give the same run when a journal is replayed years later, "
                    + "and a test must see all that a run does");

    @ArchTest
    static final ArchRule knowsCelInExpressionsOnly = noClasses()
            .that()
            .resideOutsideOfPackage("dev.postroad.engine.expression")
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.cel..", "com.google.."))
            .because("graphs and runs are to survive a change of the expression language's library");

    @ArchTest
    static final ArchRule readsNoClock = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(LocalDate.class, "now")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(OffsetDateTime.class, "now")
            .orShould()
            .callMethod(ZonedDateTime.class, "now")
            .orShould()
            .dependOnClassesThat(belongToAnyOf(InstantSource.class, Clock.class))
            .because("the time comes in with the command");

    @ArchTest
    static final ArchRule takesNoChances = noClasses()
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.util.random", "java.security..")
                    .or(belongToAnyOf(Random.class, SplittableRandom.class)))
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .because("ids and chance come in with the command");

    @ArchTest
    static final ArchRule seesNothingOfTheMachine = noClasses()
            .should()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class)
            .orShould()
            .callMethod(System.class, "getProperty", String.class)
            .orShould()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .because("a run must not depend on the machine that it happens to be on");

    @ArchTest
    static final ArchRule sharesNothingBetweenRuns =
            fields().that().areStatic().should().beFinal().because("what one run does must not reach another");

    @ArchTest
    static final ArchRule leadsFromRunsToGraphsToExpressions = noClasses()
            .that(resideInAPackage("dev.postroad.engine.expression"))
            .should()
            .dependOnClassesThat(resideInAnyPackage("dev.postroad.engine.graph", "dev.postroad.engine.run"))
            .because("expressions serve graphs, and graphs serve runs");

    @ArchTest
    static final ArchRule hasNoCyclesOfPackages = slices().matching("dev.postroad.engine.(*)..")
            .should()
            .beFreeOfCycles()
            .because("a package that needs another is to be understood after it");
}
