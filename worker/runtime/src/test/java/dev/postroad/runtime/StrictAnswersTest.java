package dev.postroad.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.message.EventType;
import dev.postroad.contracts.message.RunEvent;
import dev.postroad.runtime.history.waiting.WaitingFilter;
import dev.postroad.runtime.history.waiting.WaitingQuestion;
import dev.postroad.runtime.testing.Caller;
import dev.postroad.runtime.testing.Site;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An answer counts where it fits what is asked, and else it changes nothing and is told why; by each of the two doors. */
@NullMarked
class StrictAnswersTest {
    private static final String GRAPH = """
        graph: form
        state: { a: {}, b: {}, c: {} }
        nodes:
          a: { interrupt: { ask: "'a?'", schema: { type: integer, minimum: 1 } }, output: "{'a': result}" }
          b: { interrupt: { ask: "'b?'", schema: { type: object, required: [note], additionalProperties: false,
               properties: { note: { type: string, minLength: 3 } } } }, output: "{'b': result}" }
          c: { interrupt: "'c?'", output: "{'c': result}" }
        edges: [{ from: START, to: [a, b] }, { from: [a, b], to: c }, { from: c, to: END }]
        """;

    private static final Site SITE = Site.open();
    private static Caller caller = new Caller(0);

    /** How a message comes to a run. */
    enum Door {
        HTTP {
            @Override
            void send(String runId, ObjectNode message) {
                Caller.Reply reply = caller.post("/api/control", message.toString());
                assertThat(reply.status()).as(reply.text()).isEqualTo(202);
            }
        },
        TOPIC {
            @Override
            void send(String runId, ObjectNode message) {
                SITE.send(SITE.topics().control(), Site.bytes(runId), Site.bytes(message.toString()));
            }
        };

        abstract void send(String runId, ObjectNode message);
    }

    @BeforeAll
    static void start() {
        caller = SITE.caller();
        SITE.apply(GRAPH);
    }

    @AfterAll
    static void stop() {
        SITE.close();
    }

    private static List<WaitingQuestion> asked(String runId) {
        return SITE.history().waiting(WaitingFilter.ALL, null, 1_000).questions().stream()
                .filter(question -> question.runId().equals(runId))
                .toList();
    }

    private static void await(String runId, String... questions) {
        Site.await(
                runId + " asks " + List.of(questions),
                () -> asked(runId).stream().map(WaitingQuestion::id).toList().equals(List.of(questions)));
    }

    /** Sends an answer, and gives what the run said to it. */
    private static RunEvent answer(Door door, String runId, String commandId, String message) {
        ObjectNode json = (ObjectNode) Site.json(message);
        json.put("type", "resume").put("runId", runId).put("commandId", commandId);
        door.send(runId, json);
        return SITE.answer(runId, commandId);
    }

    private static JsonNode state(String runId) {
        return SITE.history().state(runId, null).orElseThrow().state();
    }

    @ParameterizedTest
    @EnumSource
    void whatDoesNotFitIsRefusedByItsKindAndWritesNothing(Door door) {
        String runId = "strict-" + door;
        SITE.trigger("form", runId, "{}");
        await(runId, "a@1#1", "b@1#1");
        List<List<String>> refused = List.of(
                List.of("{'value': 1}", "ambiguous", "several ask; name one of a@1#1, b@1#1"),
                List.of("{'value': 1, 'task': 'c'}", "not-pending", "nobody asks as c; name one of a@1#1, b@1#1"),
                List.of("{'values': {}}", "empty-answers", "values answers nothing"),
                List.of("{'value': 0, 'task': 'a'}", "answer-refused", "the answer to a@1#1 does not fit: "),
                List.of("{'value': {'note': 'no'}, 'task': 'b@1#1'}", "answer-refused", "the answer to b@1#1"),
                List.of("{'value': {'note': 'yes', 'x': 1}, 'task': 'b'}", "answer-refused", "b@1#1"),
                List.of("{'values': {'a': 1, 'b': {}}}", "answer-refused", "b@1#1"),
                List.of("{'values': {'a': 1, 'nobody': 2}}", "not-pending", "nobody asks as nobody"),
                List.of("{'values': {'a': 1, 'a@1#1': 2}}", "ambiguous", "a@1#1 is answered twice"),
                List.of("{'value': 1, 'all': true}", "answer-refused", "b@1#1"),
                List.of("{'value': 1, 'task': 'a', 'version': 7}", "not-pending", "about version 7"));
        for (int i = 0; i < refused.size(); i++) {
            List<String> row = refused.get(i);
            RunEvent answer = answer(door, runId, "refused-" + i, row.get(0));
            assertThat(answer.type()).as(row.get(0)).isEqualTo(EventType.COMMAND_REJECTED);
            assertThat(answer.data().path("code").asText()).as(row.get(0)).isEqualTo(row.get(1));
            assertThat(answer.data().path("reason").asText()).contains(row.get(2));
            // More refusals than are listed one by one would be answered beside the journal.
            if (i % 5 == 4) {
                assertThat(answer(door, runId, "just-on-" + i, "{}").type()).isEqualTo(EventType.RUN_RESUMED);
            }
            assertThat(asked(runId)).as(row.get(0)).hasSize(2);
        }
        assertThat(state(runId)).isEqualTo(Site.json("{}"));
        assertThat(answer(door, runId, "both", "{'values': {'a': 1, 'b': {'note': 'fine'}}}")
                        .type())
                .isEqualTo(EventType.RUN_RESUMED);
        await(runId, "c@2#1");
        assertThat(state(runId)).isEqualTo(Site.json("{'a': 1, 'b': {'note': 'fine'}}"));
    }

    @ParameterizedTest
    @EnumSource
    void aSecondAnswerDoesNotAnswerWhatIsAskedNext(Door door) {
        String runId = "second-" + door;
        SITE.trigger("form", runId, "{}");
        await(runId, "a@1#1", "b@1#1");
        String answers = "{'values': {'a': 1, 'b': {'note': 'fine'}}, 'version': 1}";
        answer(door, runId, "first", answers);
        await(runId, "c@2#1");
        assertThat(answer(door, runId, "first-again", answers)
                        .data()
                        .path("code")
                        .asText())
                .isEqualTo("not-pending");
        assertThat(answer(door, runId, "late", "{'value': 5, 'version': 1}")
                        .data()
                        .path("reason")
                        .asText())
                .isEqualTo("the answer is about version 1, and c@2#1 asks about version 2");
        answer(door, runId, "right", "{'value': null, 'version': 2}");
        SITE.ended(runId);
        assertThat(answer(door, runId, "too-late", "{'value': 1}")
                        .data()
                        .path("code")
                        .asText())
                .isEqualTo("not-pending");
    }

    @Test
    void theSameAnswerSentTwiceCountsOnce() {
        SITE.trigger("form", "twice", "{}");
        await("twice", "a@1#1", "b@1#1");
        answer(Door.HTTP, "twice", "a", "{'value': 1, 'task': 'a'}");
        Door.TOPIC.send("twice", (ObjectNode)
                Site.json("{'type': 'resume', 'runId': 'twice', 'commandId': 'a', 'value': 2, 'task': 'a'}"));
        answer(Door.HTTP, "twice", "b", "{'value': {'note': 'fine'}, 'task': 'b'}");
        await("twice", "c@2#1");
        assertThat(state("twice").path("a").asInt()).isEqualTo(1);
        assertThat(SITE.journal("twice")).noneMatch(event -> event.type() == EventType.COMMAND_REJECTED);
    }
}
