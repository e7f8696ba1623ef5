package dev.postroad.runtime.agent.llm;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.AttemptSender;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import dev.postroad.runtime.agent.llm.LlmAnswer.Judged;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Asks one model. Where its answer does not fit the schema, it is asked once more, with what is wrong. Thread-safe. */
final class LlmModel {
    private final LlmEndpoint endpoint;
    private final LlmForm form;
    private final StreamingChatModel requests;
    private final LlmAnswer answers;
    private final ToolDesk desk;
    private final RemoteFaults faults;
    private final int maxAnswerBytes;

    private LlmModel(
            LlmEndpoint endpoint, LlmForm form, StreamingChatModel requests, ToolDesk desk, int maxAnswerBytes) {
        this.endpoint = endpoint;
        this.form = form;
        this.requests = requests;
        this.desk = desk;
        this.faults = desk.faults();
        this.answers = new LlmAnswer(form, faults);
        this.maxAnswerBytes = maxAnswerBytes;
    }

    /** Reaches out to nobody yet. */
    static LlmModel open(
            LlmEndpoint endpoint,
            LlmSettings settings,
            AgentEnvironment environment,
            AttemptSender sender,
            ToolDesk desk) {
        int maxAnswerBytes = environment.maxAnswerBytes();
        ModelTransport transport = new ModelTransport(sender, endpoint, settings.streams(), maxAnswerBytes);
        StreamingChatModel requests = ModelRequests.of(endpoint, settings, transport);
        return new LlmModel(endpoint, settings.form(), requests, desk, maxAnswerBytes);
    }

    /** The name of the model. */
    String name() {
        return endpoint.model();
    }

    /** @param tools what the model may call */
    AgentReply ask(List<ChatMessage> messages, List<OfferedTool> tools, AgentCall call) throws InterruptedException {
        List<ChatMessage> told = told(messages);
        Exchange first = exchange(told, tools, call);
        AgentReply firstFault = first.fault();
        if (firstFault != null) {
            return firstFault.using(LlmAnswer.spent(first.answer(), null));
        }
        if (asksForTools(first)) {
            return desk.reply(first.answer(), tools, call.answers());
        }
        Judged judged = answers.judged(first.answer());
        String problem = judged.problem();
        if (problem == null || form.schema() == null) {
            return answers.read(judged, null);
        }
        Exchange second = exchange(repairing(told, first.answer().text(), problem), tools, call);
        AgentReply secondFault = second.fault();
        if (secondFault == null && asksForTools(second)) {
            AgentReply reply = desk.reply(second.answer(), tools, call.answers());
            return reply.using(reply.usage().with(first.answer().usage()));
        }
        return secondFault != null
                ? secondFault.using(LlmAnswer.spent(second.answer(), first.answer()))
                : answers.read(answers.judged(second.answer()), first.answer());
    }

    /** Whatever word it ends with; but for one that was cut off, whose last call may lack its end. */
    private static boolean asksForTools(Exchange exchange) {
        return !exchange.tools().isEmpty()
                && !exchange.answer().toolCalls().isEmpty()
                && switch (Ending.of(exchange.answer().finishReason())) {
                    case WHOLE, TOOLS -> true;
                    case LENGTH, FILTERED, BROKEN -> false;
                };
    }

    private Exchange exchange(List<ChatMessage> messages, List<OfferedTool> tools, AgentCall call)
            throws InterruptedException {
        ModelSpan span = ModelSpan.begin(endpoint, faults.excerpt());
        if (span == null) {
            return untraced(messages, tools, call);
        }
        Exchange exchange = null;
        try {
            exchange = untraced(messages, tools, call);
            return exchange;
        } finally {
            span.end(messages, exchange);
        }
    }

    private Exchange untraced(List<ChatMessage> messages, List<OfferedTool> tools, AgentCall call)
            throws InterruptedException {
        Exchange exchange = new Exchange(call, tools, endpoint.provider(), maxAnswerBytes, faults);
        ModelTransport.during(exchange, () -> requests.chat(request(messages, tools), Unheard.INSTANCE));
        AgentReply fault = exchange.fault();
        if (fault != null) {
            AttemptSender.throwIfInterrupted(new FaultedException(fault));
        }
        return exchange;
    }

    private static ChatRequest request(List<ChatMessage> messages, List<OfferedTool> tools) {
        ChatRequest.Builder request = ChatRequest.builder().messages(messages);
        return (tools.isEmpty()
                        ? request
                        : request.toolSpecifications(
                                tools.stream().map(OfferedTool::specification).toList()))
                .build();
    }

    /** Anthropic's protocol has no word for JSON without a schema, and its servers take one system message. */
    private List<ChatMessage> told(List<ChatMessage> messages) {
        boolean asksInWords = endpoint.provider() == LlmEndpoint.Provider.ANTHROPIC
                && form.kind() == LlmForm.Kind.JSON
                && form.schema() == null;
        if (!asksInWords) {
            return messages;
        }
        List<ChatMessage> told = new ArrayList<>(messages);
        told.addFirst(SystemMessage.from("Answer with one JSON object and nothing else."));
        return told;
    }

    private static List<ChatMessage> repairing(List<ChatMessage> told, String answer, String problem) {
        List<ChatMessage> again = new ArrayList<>(told);
        if (!answer.isBlank()) {
            again.add(AiMessage.from(answer));
        }
        again.add(UserMessage.from("That answer is not as agreed: " + problem
                + "\nAnswer again, with nothing but JSON that fits the schema."));
        return again;
    }

    /** The transport hears the answer in its place. */
    private enum Unheard implements StreamingChatResponseHandler {
        INSTANCE;

        @Override
        public void onPartialResponse(String piece) {}

        @Override
        public void onCompleteResponse(@Nullable ChatResponse complete) {}

        @Override
        public void onError(Throwable error) {}
    }
}
