#!/usr/bin/env bash
# langchain4j-open-ai 1.19.0 and a model that writes two calls of tools in turns.
#
# In OpenAI's stream each piece of a tool call says by its index which call it goes on with, so pieces of parallel calls
# may alternate. LangChain4j takes another index for the end of the call before: onCompleteToolCall, which promises a
# complete call, comes with half the arguments as soon as the other begins, then again with the rest, without a name and
# id. In between onError comes, with "name cannot be null or blank", and after it onCompleteResponse all the same, whose
# calls are whole. A handler that runs each call when it is complete runs it with cut-off JSON.
#
# Seen: the events below. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
libraries dev.langchain4j:langchain4j-open-ai:1.19.0 org.slf4j:slf4j-nop:2.0.17
cat > Finding.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

public class Finding {
    private static final String IN_ORDER = chunk(begun(0, "call_a", "weather", "{\\\"city\\\":"))
            + chunk(more(0, "\\\"Oslo\\\"}"))
            + chunk(begun(1, "call_b", "time", "{\\\"zone\\\":"))
            + chunk(more(1, "\\\"UTC\\\"}"));
    private static final String IN_TURNS = chunk(begun(0, "call_a", "weather", "{\\\"city\\\":"))
            + chunk(begun(1, "call_b", "time", "{\\\"zone\\\":"))
            + chunk(more(0, "\\\"Oslo\\\"}"))
            + chunk(more(1, "\\\"UTC\\\"}"));

    public static void main(String[] arguments) throws Exception {
        System.out.println("one after the other");
        ask(IN_ORDER);
        System.out.println("in turns");
        ask(IN_TURNS);
    }

    private static void ask(String pieces) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String stream = pieces
                + "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n"
                + "data: [DONE]\n\n";
        server.createContext("/v1/chat/completions", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(stream.getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        CountDownLatch complete = new CountDownLatch(1);
        OpenAiStreamingChatModel.builder()
                .baseUrl("http://127.0.0.1:" + server.getAddress().getPort() + "/v1")
                .apiKey("none")
                .modelName("m")
                .build()
                .chat("How is the weather in Oslo, and what is the time?", new StreamingChatResponseHandler() {
                    @Override
                    public void onCompleteToolCall(CompleteToolCall call) {
                        var request = call.toolExecutionRequest();
                        System.out.println("  call " + call.index() + ": " + request.name() + request.arguments());
                    }

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        response.aiMessage().toolExecutionRequests().forEach(request ->
                                System.out.println("  response: " + request.name() + request.arguments()));
                        complete.countDown();
                    }

                    @Override
                    public void onError(Throwable error) {
                        System.out.println("  error: " + error.getMessage());
                    }
                });
        complete.await(10, TimeUnit.SECONDS);
        server.stop(0);
    }

    private static String begun(int index, String id, String name, String arguments) {
        return "{\"index\":" + index + ",\"id\":\"" + id + "\",\"type\":\"function\",\"function\":{\"name\":\"" + name
                + "\",\"arguments\":\"" + arguments + "\"}}";
    }

    private static String more(int index, String arguments) {
        return "{\"index\":" + index + ",\"function\":{\"arguments\":\"" + arguments + "\"}}";
    }

    private static String chunk(String call) {
        return "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" + call
                + "]},\"finish_reason\":null}]}\n\n";
    }
}
JAVA
seen="$(java -cp 'lib/*' Finding.java)"
echo "langchain4j-open-ai 1.19.0, Java $(java -version 2>&1 | head -1 | cut -d'"' -f2)"
echo "$seen"
[[ "$seen" == 'one after the other
  call 0: weather{"city":"Oslo"}
  call 1: time{"zone":"UTC"}
  response: weather{"city":"Oslo"}
  response: time{"zone":"UTC"}
in turns
  call 0: weather{"city":
  call 1: time{"zone":
  error: name cannot be null or blank
  call 0: null"Oslo"}
  error: name cannot be null or blank
  call 1: null"UTC"}
  response: weather{"city":"Oslo"}
  response: time{"zone":"UTC"}' ]]
