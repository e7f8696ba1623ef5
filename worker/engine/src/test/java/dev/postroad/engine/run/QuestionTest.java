package dev.postroad.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.Asking;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.contracts.message.Answers;
import dev.postroad.contracts.message.Control;
import dev.postroad.contracts.message.RunStatus;
import dev.postroad.engine.graph.AnswerSchemas;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions to people: who is asked, for how long, and which answers count. */
@NullMarked
class QuestionTest {
    private static final String LATE = "  late: { set: \"{'log': ['nobody answered: ' + error.type]}\" }\n";
    private static final String BOTH = """
        graph: both
        state: { log: { reducer: append } }
        nodes: { a: { agent: x }, b: { agent: x } }
        edges: [ { from: START, to: [a, b] }, { from: a, to: END }, { from: b, to: END } ]
        """;

    /** Takes numbers alone. */
    private static final AnswerSchemas NUMBERS = new AnswerSchemas() {
        @Override
        public @Nullable String flaw(ObjectNode schema) {
            return null;
        }

        @Override
        public @Nullable String refusal(ObjectNode schema, JsonNode answer) {
            return answer.isNumber() ? null : "no number";
        }
    };

    @Test
    void sayWhoIsAskedAndUntilWhen() {
        RunScript script = asked("timeout: P2D, schema: { type: number }");
        Interrupt asked = script.run.interrupts().getFirst();
        assertThat(asked.asking().assignee()).isEqualTo("ada");
        assertThat(asked.dueAt()).isEqualTo(RunScript.START.plus(Duration.ofDays(2)));
        assertThat(script.run.wakeAt()).isEqualTo(asked.dueAt());
        assertThat(InterruptTrees.tree(asked)).isEqualTo(RunScript.json("""
            {"id": "approve@1#1", "node": "approve", "task": "approve@1", "value": "Publish?", "version": 1,
             "askedAt": "2026-01-01T00:00:00Z", "schema": {"type": "number"}, "assignee": "ada",
             "timeout": "PT48H", "dueAt": "2026-01-03T00:00:00Z"}\
            """));
        assertThat(InterruptTrees.interrupt(InterruptTrees.tree(asked))).isEqualTo(asked);
    }

    @Test
    void areAnswered_byTheAnswerForTheCaseThatNobodyDoes() {
        RunScript script = asked("timeout: P2D, onTimeout: 'no'");
        script.wakeNext();
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state().get("approved")).isEqualTo(RunScript.json("'no'"));
        assertThat(script.now).isEqualTo(RunScript.START.plus(Duration.ofDays(2)));
    }

    @Test
    void areTakenOverByANodeWhenNobodyAnswers() {
        RunScript script = asked("timeout: PT1H, onTimeout: late");
        script.wakeNext();
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
        assertThat(script.run.state().get("log")).isEqualTo(RunScript.json("['nobody answered: timeout']"));
    }

    @Test
    void failWithATimeOutWhereNothingElseIsSaid() {
        RunScript script = asked("timeout: PT1H");
        script.wakeNext();
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(Objects.requireNonNull(script.run.error()))
                .isEqualTo(new RunError("timeout", "nobody answered approve@1#1 within PT1H", "approve"));
        script.tell(new Command.Steer("again", new Control.Retry()));
        assertThat(script.run.interrupts()).as("asked again").hasSize(1);
    }

    @Test
    void remindUntilTheyAreAnsweredWhateverTheRestOfTheRunDoes() {
        RunScript script = asked("timeout: PT5H, remindEvery: PT2H");
        script.wakeNext();
        assertThat(script.run.wakeAt()).isEqualTo(RunScript.START.plus(Duration.ofHours(4)));
        script.now = RunScript.START.plus(Duration.ofHours(4));
        script.tell(new Command.WakeUp());
        assertThat(script.types())
                .filteredOn(type -> type.startsWith("node.reminded"))
                .hasSize(2);
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.run.wakeAt()).isEqualTo(RunScript.START.plus(Duration.ofHours(5)));
        script.recover();
        script.tell(resume(new Answers.Only(RunScript.json("1")), null));
        assertThat(script.run.status()).isEqualTo(RunStatus.COMPLETED);
    }

    @Test
    void remindOnceForAllTheTimeInWhichNobodyWasThere() {
        RunScript script = asked("remindEvery: PT1H");
        script.now = RunScript.START.plus(Duration.ofDays(30));
        script.tell(new Command.WakeUp());
        assertThat(script.types())
                .filteredOn(type -> type.startsWith("node.reminded"))
                .hasSize(1);
        assertThat(script.run.wakeAt())
                .as("after so many nobody is reminded any more")
                .isNull();
    }

    @Test
    void takeOnlyWhatTheirSchemaTakes() {
        RunScript script = asked("schema: { type: number }");
        script.tell(resume(new Answers.Only(RunScript.json("'yes'")), null));
        assertThat(rejection(script)).isEqualTo("answer-refused: the answer to approve@1#1 does not fit: no number");
        script.tell(resume(new Answers.Only(RunScript.json("7")), null));
        assertThat(script.run.state().get("approved")).isEqualTo(RunScript.json("7"));
    }

    @Test
    void areHandedOn() {
        RunScript script = asked("timeout: P2D");
        script.tell(new Command.Steer("r", new Control.Reassign("approve", "grace")));
        assertThat(script.run.interrupts().getFirst().asking().assignee()).isEqualTo("grace");
        assertThat(script.journal.getLast().body()).isEqualTo(new EventBody.NodeReassigned("r", "grace", "ada"));
        script.recover();
        assertThat(script.run.interrupts().getFirst().asking().assignee()).isEqualTo("grace");
        script.tell(new Command.Steer("r2", new Control.Reassign("nobody", "grace")));
        assertThat(rejection(script)).isEqualTo("not-pending: nobody asks as nobody; name one of approve@1#1");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {'a': 1, 'nobody': 2}   | not-pending: nobody asks as nobody; name one of a@1#1, b@1#1
        {'a': 1, 'a@1': 2}      | ambiguous: a@1#1 is answered twice; keep one of the answers
        {}                      | empty-answers: values answers nothing; leave it out to just go on, or answer a@1#1, b@1#1
        """)
    void takeAllAnswersOfACommandOrNone(String answers, String reason) {
        RunScript script = bothAsk();
        script.tell(resume(new Answers.Named(byName(answers)), null));
        assertThat(rejection(script)).isEqualTo(reason);
        assertThat(script.run.interrupts()).hasSize(2);
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
    }

    @Test
    void areAnsweredAllAtOnceOnlyOnPurpose() {
        RunScript script = bothAsk();
        script.tell(resume(new Answers.Only(RunScript.json("1")), null));
        assertThat(rejection(script)).isEqualTo("ambiguous: several ask; name one of a@1#1, b@1#1");
        script.tell(resume(new Answers.Each(RunScript.json("1")), null));
        assertThat(script.calls.subList(2, 4)).allMatch(call -> call.answers().equals(List.of(RunScript.json("1"))));
    }

    @Test
    void takeNoSecondAnswerForTheNextQuestionOfALoop() {
        RunScript script = RunScript.started("""
            graph: loop
            state: { said: { reducer: append } }
            nodes: { ask: { interrupt: "'more?'", output: "{'said': [result]}" } }
            edges:
              - { from: START, to: ask }
              - { from: ask, when: "size(state.said) < 2", to: ask }
              - { from: ask, otherwise: true, to: END }
            """, "{}");
        script.tell(resume(new Answers.Only(RunScript.json("'once'")), 1));
        script.tell(new Command.Resume(
                "2", new Answers.Only(RunScript.json("'once'")), 1, AnswerSchemas.ANY, null, List.of()));
        assertThat(rejection(script))
                .isEqualTo("not-pending: the answer is about version 1, and ask@2#1 asks about version 2");
        assertThat(script.run.state().get("said")).isEqualTo(RunScript.json("['once']"));
    }

    @Test
    void takeNoAnswerWhereNobodyAsks() {
        RunScript script = RunScript.started(BOTH + "interruptBefore: a\n", "{}");
        script.tell(resume(new Answers.Only(RunScript.json("1")), null));
        assertThat(rejection(script)).isEqualTo("not-pending: nobody asks; no question is open");
        script.tell(new Command.Resume("go on", Map.of(), null, List.of()));
        script.tell(new Command.Resume("late", Map.of("", RunScript.json("1")), null, List.of()));
        assertThat(rejection(script)).isEqualTo("not-pending: the run waits for nobody, it is running");
    }

    @Test
    void ofAnAgentAreAskedLikeThoseOfANode() {
        RunScript script = RunScript.started(BOTH, "{}");
        Asking asking = new Asking(null, "ada", Duration.ofHours(1), RunScript.json("{'ok': false}"), null);
        script.answer("b@1", "{}");
        script.reply("a@1", new AgentReply.Interrupted(RunScript.json("'sure?'"), asking));
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        script.wakeNext();
        assertThat(script.calls.getLast().answers()).containsExactly(RunScript.json("{'ok': false}"));
    }

    @Test
    void ofAnAgentAreAnsweredBesideWhatItKept() {
        RunScript script = RunScript.started(BOTH, "{}");
        JsonNode kept = RunScript.json("{'place': 7}");
        Asking asking = new Asking(null, null, Duration.ofHours(1), RunScript.json("'late'"), null);
        script.answer("b@1", "{}");
        script.reply("a@1", new AgentReply.Interrupted(RunScript.json("'sure?'"), asking, Usage.NONE, kept));
        Interrupt asked = script.run.interrupts().getFirst();
        assertThat(InterruptTrees.interrupt(InterruptTrees.tree(asked))).isEqualTo(asked);
        script.wakeNext();
        assertThat(script.calls.getLast().answers())
                .containsExactly(RunScript.json("{'answer': 'late', 'kept': {'place': 7}}"));
    }

    @Test
    void ofAnAgentThatAsksAgainAndAgainComeToAnEnd() {
        RunScript script = RunScript.started(BOTH, "{}");
        script.answer("b@1", "{}");
        Asking answersItself = new Asking(null, null, Duration.ofMillis(1), RunScript.json("'no'"), null);
        for (int i = 0; i <= 1_000; i++) {
            script.reply("a@1", new AgentReply.Interrupted(RunScript.json("'sure?'"), answersItself));
            while (!script.run.interrupts().isEmpty()) {
                script.wakeNext();
            }
        }
        assertThat(script.run.status()).isEqualTo(RunStatus.FAILED);
        assertThat(Objects.requireNonNull(script.run.error()).message()).startsWith("the task has asked 1000 times");
        assertThat(script.calls.getLast().answers()).hasSize(1_000);
    }

    private static RunScript asked(String more) {
        boolean takesOver = more.contains("late");
        String yaml = """
        graph: approval
        state: { owner: {}, approved: {}, log: { reducer: append } }
        nodes:
          approve:
            interrupt: { ask: "'Publish?'", assignee: state.owner, %s }
            output: "{'approved': result}"
        %s  done: { set: "{'log': ['done']}" }
        edges:
          - { from: START, to: approve }
          - { from: approve, to: done }
          - { from: done, to: END }
        %s\
        """.formatted(more, takesOver ? LATE : "", takesOver ? "  - { from: late, to: END }\n" : "");
        return RunScript.started(yaml, "{'owner': 'ada'}");
    }

    private static RunScript bothAsk() {
        RunScript script = RunScript.started(BOTH, "{}");
        script.reply("a@1", new AgentReply.Interrupted(RunScript.json("'a?'")));
        script.reply("b@1", new AgentReply.Interrupted(RunScript.json("'b?'")));
        return script;
    }

    @Test
    void showWhatWasWrittenBesideTheAnswerToAnother() {
        RunScript script = bothAsk();
        ObjectNode update = (ObjectNode) RunScript.json("{'log': ['u']}");
        int before = script.run.version();
        script.tell(
                new Command.Resume("first", new Answers.Named(byName("{'a': 1}")), null, NUMBERS, update, List.of()));
        assertThat(script.run.state().get("log")).isEqualTo(RunScript.json("['u']"));
        assertThat(script.run.version()).isEqualTo(before + 1);
        assertThat(script.run.next()).as("both are to end yet").containsExactly("a", "b");
        script.answer("a@1", "{'log': ['a']}");
        script.reply("b@1", new AgentReply.Interrupted(RunScript.json("'b?'")));
        assertThat(script.run.status()).isEqualTo(RunStatus.WAITING);
        assertThat(script.run.state().get("log")).as("the version that waits").isEqualTo(RunScript.json("['u']"));
        assertThat(script.run.stateSoFar().get("log")).isEqualTo(RunScript.json("['u', 'a']"));
    }

    private static Command.Resume resume(Answers answers, @Nullable Integer version) {
        return new Command.Resume("new " + answers, answers, version, NUMBERS, null, List.of());
    }

    private static Map<String, JsonNode> byName(String answers) {
        ObjectNode tree = (ObjectNode) RunScript.json(answers);
        Map<String, JsonNode> byName = new java.util.LinkedHashMap<>();
        tree.properties().forEach(answer -> byName.put(answer.getKey(), answer.getValue()));
        return byName;
    }

    private static String rejection(RunScript script) {
        EventBody last = script.journal.getLast().body();
        return last instanceof EventBody.CommandRejected rejected
                ? rejected.code() + ": " + rejected.reason()
                : last.toString();
    }
}
