package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.client.PostroadClient;
import dev.postroad.contracts.client.RunOutcome;
import dev.postroad.contracts.client.RunWatch;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.contracts.message.Topics;
import dev.postroad.contracts.message.Trigger;
import dev.postroad.runtime.testing.Servers;
import dev.postroad.runtime.testing.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@NullMarked
class ClientExampleTest {
    private static final Path CLIENT =
            Path.of("..", "..", "contracts/src/main/java/dev/postroad/contracts/client/PostroadClient.java");
    private static final Path THIS = Path.of("src/test/java/dev/postroad/runtime/ClientExampleTest.java");

    private static final String APPROVAL = """
            graph: approval
            state: { draft: { reducer: last }, approved: { reducer: last } }
            nodes:
              write: { set: "{'draft': 'a new lamp'}" }
              approve: { interrupt: "{'question': 'Publish ' + state.draft + '?'}", output: "{'approved': result}" }
            edges: [{ from: START, to: write }, { from: write, to: approve }, { from: approve, to: END }]
            """;

    private final List<String> shown = new ArrayList<>();

    @Test
    void theExampleOfTheClientsJavadocWorks() {
        try (Site site = Site.open()) {
            site.worker();
            site.apply(APPROVAL);
            example(Servers.get().kafkaBootstrapServers(), site.topics());
        }
        assertThat(shown)
                .startsWith("run.queued", "run.started")
                .contains("run.waiting", "run.resumed")
                .endsWith("run.completed", "{\"draft\":\"a new lamp\",\"approved\":\"yes\"}");
    }

    private void example(String servers, Topics topics) {
        // @start
        try (PostroadClient client = new PostroadClient(Map.of("bootstrap.servers", servers), topics);
                RunWatch watch = client.watch("order-42")) {
            var input = JsonNodeFactory.instance.objectNode();
            client.trigger(Trigger.of("approval", "order-42", input));
            for (RunEvent event : watch.within(Duration.ofMinutes(1))) {
                show(event.type().publicName());
                if (event.type() == EventType.RUN_WAITING) {
                    var yes = Control.Resume.with(TextNode.valueOf("yes"));
                    client.control(new Control("order-42", "approve-order-42", yes));
                }
            }
            switch (client.await("order-42", Duration.ofMinutes(1))) {
                case RunOutcome.Completed completed -> show(completed.state());
                case RunOutcome.Failed failed -> show(failed.error() + ": " + failed.message());
                case RunOutcome.Cancelled cancelled -> show("cancelled: " + cancelled.reason());
                case RunOutcome.Rejected rejected -> show("refused: " + rejected.reason());
                case RunOutcome.Unfinished unfinished -> show("still at " + unfinished.last());
            }
        }
        // @end
    }

    private void show(@Nullable Object line) {
        shown.add(String.valueOf(line));
    }

    @Test
    void theJavadocShowsWhatIsTested() throws IOException {
        List<String> tested = between(THIS, "// @start", "// @end")
                .map(line -> line.replaceFirst("^ {8}", ""))
                .toList();
        List<String> written = between(CLIENT, "* {@snippet :", "*")
                .map(line -> line.replaceFirst("^ \\* ?", ""))
                .toList();
        assertThat(written).last().isEqualTo("}");
        written = written.subList(0, written.size() - 1);
        assertThat(written).hasSizeGreaterThan(10).isEqualTo(tested);
    }

    private static Stream<String> between(Path file, String begin, String end) throws IOException {
        return Files.readAllLines(file).stream()
                .dropWhile(line -> !line.strip().equals(begin))
                .skip(1)
                .takeWhile(line -> !line.strip().equals(end));
    }
}
