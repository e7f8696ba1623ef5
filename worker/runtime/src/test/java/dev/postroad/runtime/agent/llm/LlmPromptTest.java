package dev.postroad.runtime.agent.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.postroad.runtime.agent.attempt.Calls;
import java.time.InstantSource;
import java.util.List;
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
    void leadsIntoWhatTheInputHolds() {
        assertThat(filled("{{a.b}} {{list.1.n}} {{a.b.c}}", "{'a':{'b':'x'},'list':[1,{'n':2}],'a.b.c':'whole'}"))
                .isEqualTo("x 2 whole");
        assertThatThrownBy(() -> filled("{{a.c}}", "{'a':{'b':'x'}}")).hasMessageContaining("'a.c' is missing");
    }

    @Test
    void aSystemMessageIsATemplateToo() {
        assertThat(messages(new LlmTexts("Write for {{who}}. {{not a variable}}", "Go.", null), "{'who':'Ada'}"))
                .containsExactly(SystemMessage.from("Write for Ada. {{not a variable}}"), UserMessage.from("Go."));
        assertThatThrownBy(() -> messages(new LlmTexts("For {{who}}", "Go.", null), "{}"))
                .hasMessageContaining("'who' is missing");
    }

    @Test
    void aConversationGoesBeforeThePromptInWhateverFormItIsKept() {
        assertThat(messages(new LlmTexts("Be brief.", "And now?", "messages"), """
                        {'messages': [{'role': 'user', 'content': 'Hi'}, {'type': 'ai', 'content': [{'type': 'text', 'text': 'Hello'}]},
                          {'role': 'tool', 'content': '42'}, {'role': 'assistant', 'content': null}, {'type': 'human', 'content': 'Well'}]}"""))
                .containsExactly(
                        SystemMessage.from("Be brief."),
                        UserMessage.from("Hi"),
                        AiMessage.from("Hello"),
                        UserMessage.from("Well"),
                        UserMessage.from("And now?"));
    }

    @Test
    void aConversationAloneIsEnoughAndNoneIsNot() {
        LlmTexts texts = new LlmTexts("Be brief.", null, "messages");
        assertThat(messages(texts, "{'messages': [{'role': 'user', 'content': 'Hi'}]}"))
                .hasSize(2);
        assertThatThrownBy(() -> messages(texts, "{}")).hasMessageContaining("messages holds no message");
        assertThatThrownBy(() -> messages(texts, "{'messages': 'Hi'}")).hasMessageContaining("no list of messages");
        assertThatThrownBy(() -> messages(texts, "{'messages': [{'role': 'boss', 'content': 'Hi'}]}"))
                .hasMessageContaining("messages[0] has the role \"boss\"");
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
        return ((UserMessage)
                        messages(new LlmTexts(null, template, null), input).getLast())
                .singleText();
    }

    private static List<ChatMessage> messages(LlmTexts texts, String input) {
        return LlmPrompt.of(texts, InstantSource.fixed(Calls.NOW)).messages(Calls.json(input));
    }
}
