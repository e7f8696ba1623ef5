package dev.postroad.runtime.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.postroad.runtime.agent.attempt.Calls;
import java.net.URI;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class LlmPromptTest {
    @Test
    void fillsTextsAsTheyAreAndTheRestAsJson() {
        assertThat(filled("{{a}}|{{ b }}|{{c}}|{{d}}", "{'a':'x y','b':{'k':[1,null]},'c':true,'d':null}"))
                .isEqualTo("x y|{\"k\":[1,null]}|true|null");
    }

    @Test
    void whatAUserWroteIsNoTemplate() {
        assertThat(filled("{{a}} {{b}}", "{'a':'{{b}} {{nothing}} $1 \\\\ }}','b':'{{a}}'}"))
                .isEqualTo("{{b}} {{nothing}} $1 \\ }} {{a}}");
    }

    @Test
    void fillsEachVariableWhereverItStands() {
        assertThat(filled("{{a}}{{a}} {a} {{{a}}", "{'a':'x','{a':'y'}")).isEqualTo("xx {a} y");
    }

    @Test
    void knowsTheDateOfTheWorkersClock() {
        assertThat(filled("{{current_date}}", "{}")).isEqualTo("2026-01-02");
    }

    @Test
    void refusesAnInputThatIsNoObject() {
        assertThatThrownBy(() -> filled("{{a}}", "['a']")).hasMessageContaining("'a'");
    }

    @Test
    void refusesToSayNothing() {
        assertThatThrownBy(() -> filled("{{a}}", "{'a':' '}")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String filled(String template, String input) {
        LlmSettings settings = new LlmSettings(
                URI.create("http://localhost"), null, "m", null, template, null, null, LlmSettings.Response.TEXT);
        LlmPrompt prompt = LlmPrompt.of(settings, InstantSource.fixed(Calls.NOW));
        return ((UserMessage) prompt.messages(Calls.json(input)).getLast()).singleText();
    }
}
