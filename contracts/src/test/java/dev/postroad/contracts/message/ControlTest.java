package dev.postroad.contracts.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.postroad.contracts.agent.Goto;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import dev.postroad.contracts.message.Control.Action;
import dev.postroad.contracts.message.Control.Continue;
import dev.postroad.contracts.message.Control.Fork;
import dev.postroad.contracts.message.Control.Resume;
import dev.postroad.contracts.message.Control.Rollback;
import dev.postroad.contracts.message.Control.UpdateState;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ControlTest {
    private static final String KNOWN =
            "say cancel, retry, resume, reassign, continue, rollback, fork, update-state, pause, unpause"
                    + " or migrate";

    @Test
    void takesTheKeyForTheRunIdWhereItHasNone() throws FaultsException {
        assertThat(Control.read(Json.read("{\"type\":\"retry\"}"), "r"))
                .isEqualTo(new Control("r", null, new Control.Retry()));
        assertThat(Control.read(Json.read("{\"type\":\"retry\",\"runId\":\"s\"}"), "r")
                        .runId())
                .isEqualTo("s");
    }

    @Test
    void answersTheOnlyQuestionThereIs() throws FaultsException {
        assertThat(action("{'type':'resume','value':{'approved':true}}"))
                .isEqualTo(Resume.with(json("{'approved':true}")));
        assertThat(action("{'type':'resume','value':'yes','task':'t-7'}"))
                .isEqualTo(new Resume(Map.of("t-7", TextNode.valueOf("yes")), null, List.of()));
    }

    @Test
    void takesNullForAnAnswerAndNothingForNone() throws FaultsException {
        assertThat(action("{'type':'resume','value':null}")).isEqualTo(Resume.with(NullNode.instance));
        assertThat(action("{'type':'resume'}")).isEqualTo(new Resume(Map.of(), null, List.of()));
        assertThat(action("{'type':'resume','values':null,'update':null,'goto':null}"))
                .isEqualTo(new Resume(Map.of(), null, List.of()));
    }

    @Test
    void answersSeveralQuestionsAtOnceInTheirOrder() throws FaultsException {
        Resume resume = (Resume) action("{'type':'resume','values':{'z':1,'a':null}}");
        assertThat(((Answers.Named) resume.answers()).byName())
                .containsExactly(Map.entry("z", json("1")), Map.entry("a", NullNode.instance));
    }

    @Test
    void changesTheStateAndTheWayWhileItAnswers() throws FaultsException {
        assertThat(action("{'type':'resume','update':{'n':1},'goto':['a',{'node':'b','input':[2]},{'node':'c'}]}"))
                .isEqualTo(new Resume(
                        Map.of(),
                        object("{'n':1}"),
                        List.of(Goto.node("a"), new Goto("b", json("[2]"), false), Goto.node("c"))));
        assertThat(action("{'type':'resume','goto':'END'}"))
                .isEqualTo(new Resume(Map.of(), null, List.of(Goto.node("END"))));
    }

    @ParameterizedTest
    @EnumSource(WhenBusy.class)
    void saysWhatNewInputDoesToABusyRun(WhenBusy whenBusy) throws FaultsException {
        assertThat(action("{'type':'continue','input':{'n':1},'whenBusy':'" + whenBusy.publicName() + "'}"))
                .isEqualTo(new Continue(object("{'n':1}"), whenBusy));
    }

    @Test
    void newInputWaitsForTheEndWhereNothingElseIsSaid() throws FaultsException {
        assertThat(action("{'type':'continue','input':{}}")).isEqualTo(new Continue(object("{}"), WhenBusy.ENQUEUE));
    }

    @Test
    void goesOnAfterARollbackUnlessToldNotTo() throws FaultsException {
        assertThat(action("{'type':'rollback','version':2}")).isEqualTo(new Rollback(2, true));
        assertThat(action("{'type':'rollback','version':2,'resume':false}")).isEqualTo(new Rollback(2, false));
    }

    @Test
    void updatesTheNewestOrAnEarlierState() throws FaultsException {
        assertThat(action("{'type':'update-state','update':{'n':1}}"))
                .isEqualTo(new UpdateState(object("{'n':1}"), null, null));
        assertThat(action("{'type':'update-state','update':{},'asNode':'a','version':0}"))
                .isEqualTo(new UpdateState(object("{}"), "a", 0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'resume','task':'t'} | task: stands without value; add the value, or remove task",
                "{'type':'resume','task':'','value':1} | task: is \"\"; use the id of a task",
                "{'type':'resume','value':1,'values':{}} | value: stands beside values; keep one of the two",
                "{'type':'resume','task':'t','values':{'a':1}} | task: stands beside values; keep one of the two",
                "{'type':'resume','all':true} | all: stands without value; add the value, or remove all",
                "{'type':'resume','all':true,'task':'t','value':1} | task: stands beside all; keep one of the two",
                "{'type':'resume','value':1,'version':-1} | version: must be a whole number from 0 to 2147483647, but"
                        + " is the number -1; write a whole number from 0 to 2147483647",
                "{'type':'reassign'} | assignee: is missing; say whose question it is from now on",
                "{'type':'reassign','assignee':' '} | assignee: is \" \"; use 1 to 200 characters",
                "{'type':'resume','values':[1]} | values: must be an object, but is a list; write an object",
                "{'type':'resume','values':{'':1}} | values: answers an empty name; name an interrupt, a task or a"
                        + " node",
                "{'type':'resume','update':7} | update: must be an object, but is the number 7; write an object",
                "{'type':'resume','goto':''} | goto: leads nowhere; name a node, or write {\"node\": …, \"input\": …},"
                        + " or a list of these",
                "{'type':'resume','goto':['a',7]} | goto[1]: leads nowhere; name a node, or write {\"node\": …,"
                        + " \"input\": …}, or a list of these",
                "{'type':'resume','goto':[{'input':1}]} | goto[0].node: is missing; name a node, or END",
                "{'type':'resume','goto':{'node':'a','graph':'PARENT'}} | goto.graph: has no meaning here; remove it",
                "{'type':'continue'} | input: is missing; write the values by channel, as {\"channel\": value, …}",
                "{'type':'continue','input':[]} | input: must be an object, but is an empty list; write an object",
                "{'type':'continue','input':{},'whenBusy':'wait'} | whenBusy: is \"wait\"; use one of enqueue, reject,"
                        + " interrupt, rollback",
                "{'type':'rollback'} | version: is missing; say to which version of the state, from 1",
                "{'type':'rollback','version':0} | version: must be a whole number from 1 to 2147483647, but is the"
                        + " number 0; write a whole number from 1 to 2147483647",
                "{'type':'rollback','version':1,'resume':'no'} | resume: must be true or false, but is the text"
                        + " \"no\"; write true or false",
                "{'type':'update-state'} | update: is missing; write the values by channel, as {\"channel\": value, …}",
                "{'type':'update-state','update':{},'asNode':''} | asNode: is \"\"; use the name of a node",
                "{'type':'fork'} | newRunId: is missing; name the run that is to be made",
                "{'type':'fork','newRunId':'a b'} | newRunId: is \"a b\"; use 1 to 128 of A-Z a-z 0-9 . _ : -",
                "{'type':'fork','newRunId':'b','version':0} | version: must be a whole number from 1 to 2147483647,"
                        + " but is the number 0; write a whole number from 1 to 2147483647",
                "{'type':'fork','newRunId':'b','asNode':'a'} | asNode: stands without update; add the update, {} for"
                        + " none, or remove asNode",
                "{'type':'update-state','update':{},'version':1.5} | version: must be a whole number from 0 to"
                        + " 2147483647, but is the number 1.5; write a whole number from 0 to 2147483647",
            },
            quoteCharacter = '`')
    void saysWhatIsWrongWithACommand(String json, String fault) throws FaultsException {
        assertThat(faults(json.replace('\'', '"'), "r"))
                .singleElement()
                .extracting(Fault::toString)
                .isEqualTo(fault);
    }

    @Test
    void reportsEachFaultOnce() throws FaultsException {
        assertThat(faults("{\"type\":7,\"runId\":7,\"commandId\":7}", "r"))
                .extracting(Fault::place)
                .containsExactly("runId", "commandId", "type");
        assertThat(faults("{\"type\":\"cancel\",\"reason\":7}", "a b"))
                .extracting(Fault::place)
                .containsExactly("runId", "reason");
        assertThat(faults("{}", null)).extracting(Fault::place).containsExactly("runId", "type");
    }

    @Test
    void refusesAnEmptyOrUnknownTypeWithAReason() throws FaultsException {
        assertThat(faults("{\"type\":\"\"}", "r")).containsExactly(new Fault("type", "is empty", KNOWN));
        assertThat(faults("{\"type\":\"explode\"}", "r")).containsExactly(new Fault("type", "is \"explode\"", KNOWN));
    }

    @ParameterizedTest
    @MethodSource("actions")
    void isReadAsItWasWritten(Action action) throws FaultsException {
        var control = new Control("r", "c", action);
        assertThat(Control.read(Json.read(control.toJson().toString()), null)).isEqualTo(control);
        var hers = new Control("r", null, action, "ada");
        assertThat(Control.read(Json.read(hers.toJson().toString()), null)).isEqualTo(hers);
    }

    static List<Action> actions() {
        Map<String, JsonNode> answers = new LinkedHashMap<>();
        answers.put("z", NullNode.instance);
        answers.put("a", json("[1]"));
        return List.of(
                new Control.Cancel(null),
                new Control.Cancel("enough"),
                new Control.Retry(),
                new Resume(Map.of(), null, List.of()),
                Resume.with(NullNode.instance),
                new Resume(new Answers.Each(json("[1]")), 3, null, List.of()),
                new Resume(new Answers.Named(Map.of()), null, null, List.of()),
                new Control.Reassign(null, "ada"),
                new Control.Reassign("t", "ada"),
                new Resume(Map.of("t", json("{'a':null}")), object("{}"), List.of()),
                new Resume(
                        answers, object("{'n':1}"), List.of(Goto.node("a"), new Goto("b", NullNode.instance, false))),
                new Continue(object("{'n':1}"), WhenBusy.ROLLBACK),
                new Rollback(Integer.MAX_VALUE, false),
                new UpdateState(object("{}"), null, null),
                new UpdateState(object("{'n':1}"), "START", 0),
                new Control.Pause(),
                new Control.Pause(Breakpoints.NONE),
                new Control.Pause(new Breakpoints(List.of("b", "a/*", "b"), List.of("*"))),
                new Fork(null, "r2", null, null, null),
                new Fork(1, "r2", object("{}"), "START", 7),
                new Control.Unpause(),
                new Control.Migrate(4));
    }

    @Test
    void everyKindOfActionIsTriedAndStandsInTheSchema() throws IOException {
        assertThat(actions().stream().map(Action::kind).distinct()).containsExactlyInAnyOrder(ActionKind.values());
        try (InputStream schema =
                Objects.requireNonNull(ControlTest.class.getResourceAsStream("/postroad/schemas/control.json"))) {
            List<String> names = new ArrayList<>();
            new ObjectMapper()
                    .readTree(schema)
                    .at("/properties/type/enum")
                    .forEach(name -> names.add(name.textValue()));
            assertThat(names)
                    .isEqualTo(Arrays.stream(ActionKind.values())
                            .map(ActionKind::publicName)
                            .toList());
        }
    }

    @Test
    void saysWhatIsWrongWithWhoAsks() throws FaultsException {
        for (String by : List.of("\"\"", "\" \"", "7", "\"" + "x".repeat(201) + "\"")) {
            assertThat(faults("{\"type\":\"pause\",\"by\":" + by + "}", "r"))
                    .as(by)
                    .extracting(Fault::place)
                    .containsExactly("by");
        }
    }

    @Test
    void cannotBeBuiltWithWhatItCouldNotBeReadWith() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Control("r", null, new Control.Pause(), "  "))
                .withMessageContaining("1 to 200 characters");
        assertThatThrownBy(() -> new Control("a b", null, new Control.Retry()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> new Rollback(0, true));
        assertThatIllegalArgumentException().isThrownBy(() -> new Fork(1, "a b", null, null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Fork(0, "b", null, null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Fork(1, "b", null, null, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new UpdateState(object("{}"), null, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Resume(Map.of("", json("1"), "t", json("2")), null, List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Resume(Map.of(), null, List.of(new Goto("a", null, true))));
    }

    private static Action action(String json) throws FaultsException {
        return Control.read(json(json), "r").action();
    }

    private static ObjectNode object(String text) {
        return (ObjectNode) json(text);
    }

    private static JsonNode json(String text) {
        try {
            return Json.read(text.replace('\'', '"'));
        } catch (FaultsException notJson) {
            throw new IllegalArgumentException(text, notJson);
        }
    }

    private static List<Fault> faults(String json, @Nullable String key) throws FaultsException {
        var tree = Json.read(json);
        FaultsException refused = catchThrowableOfType(FaultsException.class, () -> Control.read(tree, key));
        assertThat(refused).as(json).isNotNull();
        return refused.faults();
    }

    @Test
    void refusesAFieldThatCanOnlyBeMeantAsAnotherAndPassesOverAnyOther() throws FaultsException {
        assertThatThrownBy(() -> Control.read(Json.read("{\"type\":\"cancel\",\"command_id\":\"c\"}"), "r"))
                .hasMessage("command_id: is no known field; write commandId");
        assertThatThrownBy(() -> Control.read(Json.read("{\"type\":\"resume\",\"vlues\":{}}"), "r"))
                .hasMessage("vlues: is no known field; write values");
        assertThatThrownBy(() -> Control.read(Json.read("{\"type\":\"resume\",\"answer\":true}"), "r"))
                .hasMessage("answer: is no known field; write value");
        assertThat(Control.read(
                                Json.read("{\"type\":\"cancel\",\"colour\":1,\"call\":2,\"person\":3,\"result\":4}"),
                                "r")
                        .runId())
                .isEqualTo("r");
    }
}
