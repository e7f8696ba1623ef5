package dev.postroad.runtime.testing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.agent.AgentReply;
import dev.postroad.contracts.agent.JavaAgent;
import dev.postroad.contracts.agent.Usage;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * Takes some milliseconds, a different number each time, and gives a result that its input alone decides, after as many
 * failures as that says. Notes each
 * call in a file before it begins, so that the calls of a process that was killed are known too.
 */
@NullMarked
public final class BusyAgent implements JavaAgent {
    /** Names the file; without it nothing is noted. */
    public static final String NOTES = "postroad.test.notes";

    /** What each call uses, also one that fails. */
    public static final Usage USED = new Usage(5, 2, null, new BigDecimal("0.5"), null);

    private static final int LEAST_MILLIS = 5;
    private static final int MOST_MILLIS = 50;

    private final @Nullable Path notes = System.getProperty(NOTES) == null ? null : Path.of(System.getProperty(NOTES));

    @Override
    public String name() {
        return "test-busy";
    }

    @Override
    public AgentReply call(AgentCall call) throws IOException, InterruptedException {
        note(call.idempotencyKey() + "#" + call.attempt() + "\n");
        TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(LEAST_MILLIS, MOST_MILLIS));
        if (call.attempt() <= call.input().path("fails").asInt()) {
            return AgentReply.retryable("test.busy", "as it was asked to").using(USED);
        }
        ObjectNode output = JsonNodeFactory.instance.objectNode();
        output.putArray("log").add(call.node());
        return new AgentReply.Completed(
                output.put("sum", call.input().path("sum").asInt() * 3 + 1), USED);
    }

    private void note(String line) throws IOException {
        if (notes != null) {
            Files.write(
                    notes, line.getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }
}
