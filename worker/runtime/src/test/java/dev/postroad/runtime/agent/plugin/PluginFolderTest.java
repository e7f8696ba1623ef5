package dev.postroad.runtime.agent.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.agent.AgentClients;
import dev.postroad.runtime.agent.attempt.AgentAbsentException;
import dev.postroad.runtime.agent.attempt.AgentClient;
import dev.postroad.runtime.agent.attempt.BackgroundCall;
import dev.postroad.runtime.agent.attempt.Calls;
import dev.postroad.runtime.agent.java.JavaAgentClient;
import dev.postroad.runtime.agent.java.JavaAgents;
import dev.postroad.runtime.testing.PluginJars;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Looks when the test says so; how soon the worker looks by itself is in {@code PluginsOnWorkerTest}. */
final class PluginFolderTest {
    private static final String SERVICES = "META-INF/services/dev.postroad.contracts.agent.JavaAgent";

    /** What a busy user of Jackson and of resources leaves behind in caches that all share. */
    private static final String SLOPPY = """
            package plugged;
            import com.fasterxml.jackson.databind.ObjectMapper;
            import dev.postroad.contracts.agent.*;
            import dev.postroad.contracts.json.Json;
            import java.util.ResourceBundle;
            public class Sloppy implements JavaAgent {
                public record Input(String a) {}
                private static final ThreadLocal<Sloppy> MINE = new ThreadLocal<>();
                private final ObjectMapper mapper = new ObjectMapper();
                public Sloppy() { MINE.set(this); }
                public String name() { return "sloppy"; }
                public AgentReply call(AgentCall call) throws Exception {
                    MINE.set(this);
                    Input input = mapper.treeToValue(call.input(), Input.class);
                    mapper.writeValueAsString(input);
                    try (var text = Sloppy.class.getResource("/version.txt").openStream()) {
                        String version = new String(text.readAllBytes());
                        String greeting = ResourceBundle.getBundle("words").getString("greeting");
                        return AgentReply.completed(Json.read("[\\"" + version + "\\",\\"" + greeting + "\\"]"));
                    }
                }
            }
            """;

    @TempDir
    private Path folder;

    private final PluginNews news = new PluginNews();
    private final JavaAgents agents = JavaAgents.onClassPath();
    private final Plugins plugins = new Plugins(agents, news);

    @AfterEach
    void stop() throws InterruptedException {
        plugins.close();
    }

    @Test
    void anAgentComesWithItsJarAndGoesWithIt() throws Exception {
        PluginFolder plugged = open();
        assertThatThrownBy(() -> call("greeter"))
                .isInstanceOf(AgentAbsentException.class)
                .hasMessage("no JavaAgent named \"greeter\" is in this worker");

        Path jar = PluginJars.answering("greeter", "\"1\"").writeTo(folder.resolve("g.jar"));
        lookTwice(plugged);
        assertThat(call("greeter")).isEqualTo(Calls.json("1"));

        Files.delete(jar);
        lookTwice(plugged);
        assertThatThrownBy(() -> call("greeter")).isInstanceOf(AgentAbsentException.class);
        assertThat(news.all()).containsExactly("loaded g.jar [greeter]", "removed g.jar [greeter]");
    }

    @Test
    void aDefinitionThatCountsIsReadyAsSoonAsItsJarIsHere() throws Exception {
        try (AgentClients clients = new AgentClients(Calls.environment().withPluginFolder(folder))) {
            clients.followPlugins(news);
            assertThatThrownBy(() -> clients.open(Calls.agent("java", "provider: greeter")))
                    .isInstanceOf(FaultsException.class)
                    .hasMessageContaining("no JavaAgent is named \"greeter\"")
                    .hasMessageContaining("test-echo")
                    .hasMessageContaining("POSTROAD_PLUGIN_DIR");

            AgentClient client = clients.openAccepted(Calls.agent("java", "provider: greeter"));
            assertThatThrownBy(() -> client.call(Calls.with("{}"))).isInstanceOf(AgentAbsentException.class);

            PluginJars.answering("greeter", "\"1\"").writeTo(folder.resolve("g.jar"));
            Site.await("the jar is loaded", () -> !news.all().isEmpty());
            assertThat(client.call(Calls.with("{}"))).isEqualTo(AgentReply.completed(Calls.json("1")));
        }
    }

    @Test
    void aChangedJarIsUsedByTheNextCallWhileACallUnderWayEndsOnTheOldCode() throws Exception {
        PluginFolder plugged = open();
        PluginJars waiting = PluginJars.compiled("""
                package plugged;
                import dev.postroad.contracts.agent.*;
                import dev.postroad.contracts.json.Json;
                import java.util.concurrent.CountDownLatch;
                public class Waiting implements JavaAgent, AutoCloseable {
                    public static class Later {
                        public static String version() throws Exception {
                            try (var text = Later.class.getResourceAsStream("/version.txt")) {
                                return new String(text.readAllBytes());
                            }
                        }
                    }
                    public String name() { return "waiting"; }
                    public AgentReply call(AgentCall call) throws Exception {
                        if (call.input().has("wait")) {
                            call.output().emit("begun");
                            ((CountDownLatch) System.getProperties().get("postroad.test.gate")).await();
                        }
                        return AgentReply.completed(Json.read(Later.version()));
                    }
                    public void close() {
                        ((CountDownLatch) System.getProperties().get("postroad.test.closed")).countDown();
                    }
                }
                """).services("plugged.Waiting");
        waiting.with("version.txt", "1").writeTo(folder.resolve("w.jar"));
        lookTwice(plugged);
        CountDownLatch gate = shared("postroad.test.gate");
        CountDownLatch closed = shared("postroad.test.closed");
        CountDownLatch begun = new CountDownLatch(1);
        BackgroundCall old = new BackgroundCall(
                new JavaAgentClient(agents, "waiting"),
                Calls.with(Calls.json("{'wait':true}"), chunk -> begun.countDown()));
        begun.await();

        waiting.with("version.txt", "2").writeTo(folder.resolve("w.jar"));
        lookTwice(plugged);
        assertThat(call("waiting")).isEqualTo(Calls.json("2"));
        assertThat(closed.getCount()).isEqualTo(1);

        // Its class of the version is loaded only now, long after its jar was replaced.
        gate.countDown();
        assertThat(old.reply()).isEqualTo(AgentReply.completed(Calls.json("1")));
        plugged.look();
        assertThat(closed.getCount()).isZero();
    }

    /** The one thing that a plug-in and a test both see is the JDK. */
    private static CountDownLatch shared(String property) {
        CountDownLatch latch = new CountDownLatch(1);
        System.getProperties().put(property, latch);
        return latch;
    }

    @Test
    void aHundredReloadsLeaveNoClassesOfOldJarsBehind() throws Exception {
        PluginFolder plugged = open();
        PluginJars sloppy =
                PluginJars.compiled(SLOPPY).services("plugged.Sloppy").with("words.properties", "greeting=hello");
        Set<Path> copies = new HashSet<>();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            sloppy.with("version.txt", "v" + i).writeTo(folder.resolve("s.jar"));
            lookTwice(plugged);
            BackgroundCall call = new BackgroundCall(new JavaAgentClient(agents, "sloppy"), Calls.with("{'a':'b'}"));
            assertThat(call.reply()).isEqualTo(AgentReply.completed(Calls.json("['v" + i + "','hello']")));
            URLClassLoader loader = (URLClassLoader)
                    agents.find("sloppy").orElseThrow().agent().getClass().getClassLoader();
            loaders.add(new WeakReference<>(loader));
            copies.add(Path.of(loader.getURLs()[0].toURI()));
        }
        plugged.look();

        Site.await("old class loaders are gone", () -> {
            System.gc();
            return loaders.stream().filter(loader -> loader.get() != null).count() <= 1;
        });
        assertThat(loaders.getLast().get()).isNotNull();
        assertThat(news.all()).hasSize(100).allMatch("loaded s.jar [sloppy]"::equals);
        assertThat(copies).hasSize(100).filteredOn(Files::exists).hasSize(1);
        copies.removeIf(Files::exists);
        assertThat(openFiles())
                .isNotEmpty()
                .noneMatch(file -> copies.stream().map(Path::toString).anyMatch(file::startsWith));
    }

    /** By their names, those that were deleted too; none where the system is not Linux, which tells. */
    private static List<String> openFiles() throws IOException {
        List<String> names = new ArrayList<>();
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return names;
        }
        try (Stream<Path> open = Files.list(descriptors)) {
            for (Path descriptor : open.toList()) {
                try {
                    names.add(Files.readSymbolicLink(descriptor).toString());
                } catch (NoSuchFileException closedMeanwhile) {
                    // That is as well.
                }
            }
        }
        return names;
    }

    static Stream<Arguments> broken() {
        PluginJars good = PluginJars.answering("greeter", "\"2\"");
        return Stream.of(
                Arguments.of("without services", good.without(SERVICES), "has no META-INF/services/"),
                Arguments.of("with empty services", good.services(), "names no agent"),
                Arguments.of("without the class", good.without("plugged/Answering.class"), "plugged.Answering"),
                Arguments.of(
                        "no agent",
                        PluginJars.compiled("package plugged; public class Other {}")
                                .services("plugged.Other"),
                        "not a subtype"),
                Arguments.of(
                        "one of two agents cannot be made",
                        PluginJars.compiled(
                                        PluginJars.agent("plugged.Answering", "greeter", "\"2\""),
                                        agentThat("throw new IllegalStateException(\"no licence\");"))
                                .services("plugged.Answering", "plugged.Bad"),
                        "no licence"),
                Arguments.of("error", bad("throw new OutOfMemoryError(\"of its own\");"), "of its own"),
                Arguments.of("endless recursion", bad("new Bad();"), "StackOverflowError"),
                Arguments.of("error that cannot be described", bad("""
                                throw new RuntimeException() {
                                    public String getMessage() { throw new IllegalStateException(); }
                                    public String toString() { throw new StackOverflowError(); }
                                    public synchronized Throwable getCause() { throw new IllegalStateException(); }
                                };"""), "plugged.Bad$1"),
                Arguments.of("error that is its own cause", bad("""
                                throw new RuntimeException("in a circle") {
                                    public synchronized Throwable getCause() { return this; }
                                };"""), "in a circle"),
                Arguments.of(
                        "needs a class that is not there",
                        PluginJars.compiled("package plugged; public class Needed {}", agentThat("new Needed();"))
                                .services("plugged.Bad")
                                .without("plugged/Needed.class"),
                        "plugged/Needed"),
                Arguments.of(
                        "worker's classes",
                        bad("dev.postroad.runtime.agent.attempt.AgentEnvironment.of(java.util.Map.of(), null);"),
                        "AgentEnvironment"),
                Arguments.of(
                        "unsound name",
                        PluginJars.answering("a b", "\"2\""),
                        "the name of plugged.Answering is unsound"),
                Arguments.of(
                        "two of one name",
                        PluginJars.compiled(
                                        PluginJars.agent("plugged.One", "greeter", "\"2\""),
                                        PluginJars.agent("plugged.Two", "greeter", "\"2\""))
                                .services("plugged.One", "plugged.Two"),
                        "two of its agents are named \"greeter\""),
                Arguments.of(
                        "name of the class path",
                        PluginJars.answering("test-echo", "\"2\""),
                        "its agent \"test-echo\" is there already, from the class path"));
    }

    private static PluginJars bad(String statement) {
        return PluginJars.compiled(agentThat(statement)).services("plugged.Bad");
    }

    private static String agentThat(String statement) {
        return """
                package plugged;
                import dev.postroad.contracts.agent.*;
                public class Bad implements JavaAgent {
                    public Bad() { if (System.out != null) { %s } }
                    public String name() { return "bad"; }
                    public AgentReply call(AgentCall call) { throw new UnsupportedOperationException(); }
                }
                """.formatted(statement);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void aBrokenJarIsReportedAndChangesNothing(String what, PluginJars broken, String reason) throws Exception {
        PluginFolder plugged = open();
        PluginJars.answering("greeter", "\"1\"").writeTo(folder.resolve("g.jar"));
        lookTwice(plugged);

        broken.writeTo(folder.resolve("g.jar"));
        lookTwice(plugged);
        lookTwice(plugged);
        assertThat(news.all()).hasSize(2);
        assertThat(news.last()).startsWith("refused g.jar [greeter] ").contains(reason);
        assertThat(call("greeter")).isEqualTo(Calls.json("1"));

        PluginJars.answering("greeter", "\"3\"").writeTo(folder.resolve("g.jar"));
        lookTwice(plugged);
        assertThat(call("greeter")).isEqualTo(Calls.json("3"));
    }

    @Test
    void aFileThatIsNoJarIsReportedAndChangesNothing() throws Exception {
        PluginFolder plugged = open();
        Path jar = PluginJars.answering("greeter", "\"1\"").writeTo(folder.resolve("g.jar"));
        lookTwice(plugged);
        byte[] whole = Files.readAllBytes(jar);

        Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
        lookTwice(plugged);
        assertThat(news.last()).startsWith("refused g.jar [greeter] it is no jar: ");
        Files.delete(jar);
        Files.createDirectory(jar);
        plugged.look();
        assertThat(call("greeter")).isEqualTo(Calls.json("1"));
    }

    @Test
    void aJarThatStillGrowsIsNotTakenYet() throws Exception {
        PluginFolder plugged = open();
        Path whole = PluginJars.answering("greeter", "\"1\"").writeTo(folder.resolve("g.whole"));
        byte[] bytes = Files.readAllBytes(whole);
        for (int length = 100; length < bytes.length; length += 100) {
            Files.write(folder.resolve("g.jar"), Arrays.copyOf(bytes, length));
            assertThat(plugged.look()).isFalse();
        }
        assertThat(news.all()).isEmpty();
        Files.write(folder.resolve("g.jar"), bytes);
        lookTwice(plugged);
        assertThat(news.all()).containsExactly("loaded g.jar [greeter]");
    }

    @Test
    void aJarThatIsRemovedAndWrittenAnewIsNotMissedInBetween() throws Exception {
        PluginFolder plugged = open();
        Path jar = PluginJars.answering("greeter", "\"1\"").writeTo(folder.resolve("g.jar"));
        lookTwice(plugged);
        Files.delete(jar);
        plugged.look();
        assertThat(call("greeter")).isEqualTo(Calls.json("1"));
        PluginJars.answering("greeter", "\"2\"").writeTo(jar);
        lookTwice(plugged);
        assertThat(call("greeter")).isEqualTo(Calls.json("2"));
        assertThat(news.all()).containsExactly("loaded g.jar [greeter]", "loaded g.jar [greeter]");
    }

    @Test
    void aFolderThatCannotBeReadForAWhileTakesNoAgentAway() throws Exception {
        Path inside = Files.createDirectory(folder.resolve("plugins"));
        PluginFolder plugged = new PluginFolder(inside, plugins, InstantSource.fixed(Calls.NOW));
        PluginJars.answering("greeter", "\"1\"").writeTo(inside.resolve("g.jar"));
        lookTwice(plugged);
        Files.move(inside, folder.resolve("elsewhere"));
        lookTwice(plugged);
        lookTwice(plugged);
        assertThat(call("greeter")).isEqualTo(Calls.json("1"));
    }

    @Test
    void theFirstOfTwoJarsWithAnAgentOfOneNameStaysAndTheOtherFollowsWhenItGoes() throws Exception {
        PluginFolder plugged = open();
        Path first = PluginJars.answering("greeter", "\"1\"").writeTo(folder.resolve("z.jar"));
        lookTwice(plugged);
        PluginJars.answering("greeter", "\"2\"").writeTo(folder.resolve("a.jar"));
        lookTwice(plugged);
        assertThat(news.last()).isEqualTo("refused a.jar [] its agent \"greeter\" is there already, from z.jar");
        assertThat(call("greeter")).isEqualTo(Calls.json("1"));

        Files.delete(first);
        lookTwice(plugged);
        assertThat(call("greeter")).isEqualTo(Calls.json("2"));
    }

    @Test
    void aJarMayHoldSeveralAgentsAndDropOne() throws Exception {
        PluginFolder plugged = open();
        String one = PluginJars.agent("plugged.One", "one", "\"1\"");
        String two = PluginJars.agent("plugged.Two", "two", "\"2\"");
        PluginJars both = PluginJars.compiled(one, two);
        both.services("plugged.One", "plugged.Two").writeTo(folder.resolve("both.jar"));
        lookTwice(plugged);
        assertThat(call("one")).isEqualTo(Calls.json("1"));
        assertThat(call("two")).isEqualTo(Calls.json("2"));

        both.services("plugged.Two").writeTo(folder.resolve("both.jar"));
        lookTwice(plugged);
        assertThat(news.all())
                .containsExactly("loaded both.jar [one, two]", "loaded both.jar [two]", "removed both.jar [one]");
        assertThat(call("two")).isEqualTo(Calls.json("2"));
        assertThatThrownBy(() -> call("one")).isInstanceOf(AgentAbsentException.class);
    }

    @Test
    void twoJarsMayBringDifferentVersionsOfTheSameLibrary() throws Exception {
        PluginFolder plugged = open();
        for (int version = 1; version <= 2; version++) {
            PluginJars.compiled(
                            "package lib; public class Library { public static int version() { return %d; } }"
                                    .formatted(version),
                            PluginJars.agent("plugged.User", "user-" + version, "\"\" + lib.Library.version()"))
                    .services("plugged.User")
                    .writeTo(folder.resolve(version + ".jar"));
        }
        lookTwice(plugged);
        assertThat(call("user-1")).isEqualTo(Calls.json("1"));
        assertThat(call("user-2")).isEqualTo(Calls.json("2"));
    }

    @Test
    void aPlugInSeesItsOwnClassesAndNoneOfTheWorkers() throws Exception {
        PluginFolder plugged = open();
        PluginJars.compiled("""
                        package plugged;
                        import com.fasterxml.jackson.databind.node.*;
                        import dev.postroad.contracts.agent.*;
                        public class Curious implements JavaAgent {
                            public String name() { return "curious"; }
                            public AgentReply call(AgentCall call) {
                                ObjectNode seen = JsonNodeFactory.instance.objectNode();
                                call.input().forEach(type -> seen.put(type.asText(), sees(type.asText())));
                                seen.put("services", getClass().getClassLoader().resources("%s").count());
                                return AgentReply.completed(seen);
                            }
                            private static boolean sees(String type) {
                                try {
                                    Class.forName(type, true, Thread.currentThread().getContextClassLoader());
                                    return true;
                                } catch (ClassNotFoundException hidden) {
                                    return false;
                                }
                            }
                        }
                        """.formatted(SERVICES)).services("plugged.Curious").writeTo(folder.resolve("c.jar"));
        lookTwice(plugged);
        JsonNode asked = Calls.json("""
                ['plugged.Curious', 'java.sql.Connection', 'org.slf4j.Logger', 'dev.postroad.contracts.json.Json',
                 'dev.postroad.runtime.Worker', 'dev.postroad.engine.run.RetryPolicy', 'org.postgresql.Driver',
                 'org.apache.kafka.clients.producer.KafkaProducer', 'dev.postroad.runtime.agent.java.EchoAgent']""");
        ClassLoader before = Thread.currentThread().getContextClassLoader();

        assertThat(new JavaAgentClient(agents, "curious").call(Calls.with(asked, chunk -> {})))
                .isEqualTo(AgentReply.completed(Calls.json("""
                        {'plugged.Curious': true, 'java.sql.Connection': true, 'org.slf4j.Logger': true,
                         'dev.postroad.contracts.json.Json': true, 'dev.postroad.runtime.Worker': false,
                         'dev.postroad.engine.run.RetryPolicy': false, 'org.postgresql.Driver': false,
                         'org.apache.kafka.clients.producer.KafkaProducer': false,
                         'dev.postroad.runtime.agent.java.EchoAgent': false, 'services': 1}""")));
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    private PluginFolder open() {
        return new PluginFolder(folder, plugins, InstantSource.fixed(Calls.NOW));
    }

    private static void lookTwice(PluginFolder plugged) throws InterruptedException {
        plugged.look();
        plugged.look();
    }

    private JsonNode call(String name) throws InterruptedException {
        AgentReply reply = new JavaAgentClient(agents, name).call(Calls.with("{}"));
        return ((AgentReply.Completed) reply).output();
    }
}
