package dev.postroad.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.message.EventType;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
final class NotesTest {
    private static final String ONE = "{'id':'1','node':'approve','task':'t','value':'Publish?'}";
    private static final String OTHER = "{'id':'2','node':'price','task':'u','value':[1]}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NODE_WAITING | {'interrupt':" + ONE + "} | asks Publish?",
                "NODE_REASSIGNED | {'commandId':'c','assignee':'grace'} | to grace",
                "NODE_REMINDED | {} | nobody answered yet",
                "NODE_WAITING | {'until':'2026-11-22T14:00:00Z'} | until 2026-11-22T14:00:00Z",
                "NODE_WAITING | {'until':'2026-11-22T14:00:00Z','agent':'writer','reason':'agent writer is disabled'}"
                        + " | agent writer is disabled; until 2026-11-22T14:00:00Z",
                "RUN_PAUSED | {'commandId':'c'} | ",
                "RUN_PAUSED | {'before':['a','b/c'],'after':[]} | before a, b/c",
                "RUN_PAUSING | {'before':[],'after':['a']} | after a",
                "BREAKPOINTS_SET | {'commandId':'c','before':['a'],'after':['*']} | before a; after *",
                "BREAKPOINTS_SET | {'commandId':'c','before':[],'after':[]} | none",
                "RUN_PAUSED | {'reason':'node plan failed in all its attempts','node':'plan','task':'t',"
                        + "'error':{'type':'http.503','message':'busy'}} | node plan failed in all its attempts",
                "RUN_WAITING | {'interrupts':[" + ONE + "]}"
                        + " | approve asks Publish?; `postroad resume order-1 --value JSON` goes on",
                "RUN_WAITING | {'interrupts':[" + ONE + "," + OTHER
                        + "]} | approve (1) asks Publish?, price (2) asks [1];"
                        + " `postroad resume order-1 --task ID --value JSON` goes on",
                "RUN_WAITING | {'interrupts':[{'id':'1','node':'n','value':'?','dueAt':'2026-11-22T14:00:00Z'}],"
                        + "'wakeAt':'2026-11-22T14:00:00Z'} | n asks ?, until 2026-11-22T14:00:00Z; goes on or fails by"
                        + " itself at 2026-11-22T14:00:00Z; `postroad resume order-1 --value JSON` goes on",
                "RUN_WAITING | {'interrupts':[],'before':['publish'],'after':['plan','write']}"
                        + " | before publish, after plan, after write; `postroad resume order-1` goes on",
                "RUN_WAITING | {'interrupts':[],'wakeAt':'2026-11-22T14:00:00Z'} | until 2026-11-22T14:00:00Z",
                "RUN_WAITING | {'omitted':true} | `postroad resume order-1` goes on",
                "RUN_CONTINUED | {'mode':'enqueued'} | enqueued until the run has ended",
                "RUN_CONTINUED | {'mode':'rolled_back'} | from the state before the last input",
                "STATE_UPDATED | {'asNode':'plan'} | as plan",
                "RUN_ROLLED_BACK | {'toVersion':2} | to version 2",
                "NODE_FAILED | {'error':{'type':'http.503','message':'busy'},'handler':'sorry'}"
                        + " | http.503: busy; sorry takes over",
            })
    void saysWhatHappenedAndHowToGoOn(String columns) {
        String[] parts = columns.split("\\s*[|]\\s*", 3);
        assertThat(Notes.of(Events.ofRun(1, EventType.valueOf(parts[0]), 0, 0, parts[1].replace('\'', '"'))))
                .isEqualTo(parts[2]);
    }

    @ParameterizedTest
    @EnumSource(EventType.class)
    void copesWithEveryTypeOfEventThatSaysNothing(EventType type) {
        assertThat(Notes.of(Events.ofRun(1, type, 0, 0, "{}"))).isNotNull();
        assertThat(Events.fold(List.of(Events.ofNode(1, type, 0, "plan", 1, -1, "{}")))
                        .nodes())
                .containsKey("plan");
    }
}
