package dev.postroad.runtime.agent.llm;

import dev.postroad.contracts.agent.OutputSink;
import dev.postroad.contracts.agent.Usage;
import dev.postroad.runtime.agent.attempt.FaultedException;
import dev.postroad.runtime.agent.attempt.RemoteFaults;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a model said, as it comes: its words are shown at once. Confined to the thread of the call. */
final class ModelAnswer {
    private final OutputSink output;
    private final int maxBytes;
    private final RemoteFaults faults;
    private final Map<Integer, Part> tools = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private long bytes;
    private long inputTokens;
    private long outputTokens;
    private @Nullable String model;
    private @Nullable BigDecimal cost;
    private @Nullable String finishReason;
    private boolean over;

    /**
     * A call that a model asks for.
     *
     * @param id empty where it gave none
     * @param arguments as it wrote them
     */
    record Asked(String id, String name, String arguments) {}

    /** A call, as far as it has come. */
    private static final class Part {
        private final StringBuilder arguments = new StringBuilder();
        private String id = "";
        private String name = "";
    }

    ModelAnswer(OutputSink output, int maxBytes, RemoteFaults faults) {
        this.output = output;
        this.maxBytes = maxBytes;
        this.faults = faults;
    }

    /** Takes a piece of its text; throws where that is more than may be kept. */
    void say(String piece) {
        if (piece.isEmpty()) {
            return;
        }
        bytes += piece.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > maxBytes) {
            throw new FaultedException(faults.tooLarge(maxBytes));
        }
        text.append(piece);
        output.emit(piece);
    }

    /** Takes a piece of why it does not answer; what is beyond a message's length is not kept. */
    void refuse(String piece) {
        if (refusal.length() < maxBytes) {
            refusal.append(piece);
        }
    }

    /** Begins a call of a tool, the one of this number; or goes on with it, where it is there. */
    void call(int number, String id, String name, String arguments) {
        Part part = tools.computeIfAbsent(number, _ -> new Part());
        bytes += id.length() + name.length() + arguments.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > maxBytes) {
            throw new FaultedException(faults.tooLarge(maxBytes));
        }
        part.id = id.isEmpty() ? part.id : id;
        // Some servers repeat the name with each piece.
        part.name = name.isEmpty() ? part.name : name;
        part.arguments.append(arguments);
    }

    /** The number of the last call that has begun; -1 before the first. */
    int lastCall() {
        return tools.keySet().stream().mapToInt(number -> number).max().orElse(-1);
    }

    /** The calls that it asks for, in order. */
    List<Asked> toolCalls() {
        return tools.values().stream()
                .map(part -> new Asked(part.id, part.name, part.arguments.toString()))
                .toList();
    }

    void model(String name) {
        model = name;
    }

    /** The last count is the whole one. */
    void used(long input, long written) {
        inputTokens = Math.max(0, input);
        outputTokens = Math.max(0, written);
    }

    void wrote(long tokens) {
        outputTokens = Math.max(0, tokens);
    }

    void cost(BigDecimal said) {
        cost = said;
    }

    /** Takes why it ends, in the provider's word; it may still count what it used. */
    void finish(String reason) {
        finishReason = reason;
    }

    /** Takes it that nothing comes any more. */
    void end() {
        over = true;
    }

    /** Whether the model said that it was done; servers differ in how they say so. */
    boolean isComplete() {
        return over || finishReason != null;
    }

    /** Whether nothing came that could be an answer, not even an empty one. */
    boolean isSilent() {
        return finishReason == null && text.isEmpty() && refusal.isEmpty() && tools.isEmpty();
    }

    String text() {
        return text.toString();
    }

    /** Why it does not answer, in its own words; empty where it does. */
    String refusal() {
        return refusal.toString();
    }

    /** In the provider's word; null where none was given. */
    @Nullable
    String finishReason() {
        return finishReason;
    }

    /** What was counted, of an answer that is none; the same as nothing where nothing was. */
    Usage spent() {
        Usage counted = usage();
        return counted.tokens() == 0 && counted.cost() == null ? Usage.NONE : counted;
    }

    Usage usage() {
        return new Usage(inputTokens, outputTokens, model, cost, finishReason);
    }
}
