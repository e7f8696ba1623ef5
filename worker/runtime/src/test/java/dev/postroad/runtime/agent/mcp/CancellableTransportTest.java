package dev.postroad.runtime.agent.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

final class CancellableTransportTest {
    private final Recorded recorded = new Recorded();
    private final CancellableTransport transport = new CancellableTransport(recorded);

    @Test
    void theServerIsToldWhichCallNobodyWaitsForAnyMore() {
        call("id-7", "token-7");
        transport.cancel("token-7").block();

        assertThat(recorded.sent.getLast()).isInstanceOfSatisfying(JSONRPCNotification.class, told -> {
            assertThat(told.method()).isEqualTo("notifications/cancelled");
            assertThat((Map<?, ?>) told.params())
                    .anySatisfy((name, value) -> assertThat(value).isEqualTo("id-7"));
        });
    }

    @Test
    void nothingIsToldOfACallThatIsOver() {
        call("id-8", "token-8");
        transport.forget("token-8");
        transport.cancel("token-8").block();

        assertThat(recorded.sent).hasSize(1);
    }

    private void call(String id, String token) {
        CallToolRequest call = CallToolRequest.builder("tool")
                .arguments(Map.of())
                .progressToken(token)
                .build();
        transport.sendMessage(new JSONRPCRequest("tools/call", id, call)).block();
    }

    /** Keeps what is sent. */
    private static final class Recorded implements McpClientTransport {
        private final List<JSONRPCMessage> sent = new ArrayList<>();

        @Override
        public Mono<Void> sendMessage(JSONRPCMessage message) {
            sent.add(message);
            return Mono.empty();
        }

        @Override
        public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
            return Mono.empty();
        }

        @Override
        public Mono<Void> closeGracefully() {
            return Mono.empty();
        }

        @Override
        public <T> T unmarshalFrom(Object data, TypeRef<T> type) {
            throw new UnsupportedOperationException();
        }
    }
}
