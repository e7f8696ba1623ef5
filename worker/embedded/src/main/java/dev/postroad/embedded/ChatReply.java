package dev.postroad.embedded;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The simulated model's answer to one request, in the forms that OpenAI's protocol has for it. */
record ChatReply(String id, String model, String answer, TokenUsage usage) {
    private static final int FEWEST_PIECES = 12;
    private static final int MOST_PIECES = 40;
    private static final int CHARACTERS_PER_PIECE = 16;

    /** The start of 2026: a fixed time, so that equal requests have equal replies. */
    private static final long CREATED_SECONDS = 1_767_225_600;

    static ChatReply to(ChatRequest request) {
        Prompt prompt = Prompt.of(request);
        String answer = request.answerShape()
                .map(shape -> new JsonAnswer(prompt).value("answer", shape).toString())
                .orElseGet(() -> Voices.paragraph(prompt));
        String id = "chatcmpl-simulated-"
                + Integer.toHexString(31 * prompt.seed() + request.model().hashCode());
        return new ChatReply(id, request.model(), answer, TokenUsage.of(request, answer));
    }

    static ObjectNode models() {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("object", "list");
        list.putArray("data")
                .addObject()
                .put("id", SimulatedModelServer.MODEL)
                .put("object", "model")
                .put("created", CREATED_SECONDS)
                .put("owned_by", "postroad");
        return list;
    }

    ObjectNode whole() {
        ObjectNode whole = envelope("chat.completion");
        ObjectNode choice = whole.putArray("choices").addObject().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", answer);
        choice.put("finish_reason", "stop");
        whole.set("usage", usage.toJson());
        return whole;
    }

    List<ObjectNode> chunks(ChatRequest.Delivery delivery) {
        List<ObjectNode> chunks = new ArrayList<>();
        chunks.add(chunk(delta("role", "assistant").put("content", ""), null));
        pieces().forEach(piece -> chunks.add(chunk(delta("content", piece), null)));
        chunks.add(chunk(JsonNodeFactory.instance.objectNode(), "stop"));
        if (delivery == ChatRequest.Delivery.STREAMED_WITH_USAGE) {
            ObjectNode last = envelope("chat.completion.chunk");
            last.putArray("choices");
            last.set("usage", usage.toJson());
            chunks.add(last);
        }
        return chunks;
    }

    private ObjectNode chunk(ObjectNode delta, @Nullable String finishReason) {
        ObjectNode chunk = envelope("chat.completion.chunk");
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", finishReason);
        return chunk;
    }

    private static ObjectNode delta(String key, String value) {
        return JsonNodeFactory.instance.objectNode().put(key, value);
    }

    private ObjectNode envelope(String object) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("object", object)
                .put("created", CREATED_SECONDS)
                .put("model", model);
    }

    /** Pieces of about equal length, as a model's tokens are: they do not care for words. */
    private List<String> pieces() {
        int[] characters = answer.codePoints().toArray();
        int count = Math.clamp(characters.length / CHARACTERS_PER_PIECE, FEWEST_PIECES, MOST_PIECES);
        int length = Math.max(1, Math.ceilDiv(characters.length, count));
        List<String> pieces = new ArrayList<>();
        for (int start = 0; start < characters.length; start += length) {
            pieces.add(new String(characters, start, Math.min(length, characters.length - start)));
        }
        return pieces;
    }
}
