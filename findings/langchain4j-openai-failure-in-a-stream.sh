#!/usr/bin/env bash
# langchain4j-open-ai 1.19.0 and a provider that fails after its answer has begun.
#
# Once 200 is sent, a server that speaks like OpenAI can tell of its failure only within the stream, as an event whose
# data is {"error": {...}}; routers and self-hosted servers do so when they are overloaded half way. The handler's
# contract is onError for a failure, and LangChain4j's module for Anthropic keeps it. Here the event is dropped:
# onCompleteResponse comes with the half of the text that had arrived and finishReason null, and onError never. An agent
# goes on with half an answer. The openai package for Node.js throws on the same stream.
#
# Seen: "complete" with the half text, beside the error of openai 7.59.0. Ends with 1 where that is so no longer.
set -euo pipefail
# shellcheck source=../scripts/lib/finding.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib/finding.sh"
packages openai@7.59.0
libraries dev.langchain4j:langchain4j-open-ai:1.19.0 org.slf4j:slf4j-nop:2.0.17
cat > stream <<'STREAM'
data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Transfer 1"},"finish_reason":null}]}

data: {"error":{"message":"The server is overloaded","type":"server_error","code":503}}

data: [DONE]

STREAM
cat > finding.js <<'JAVASCRIPT'
import OpenAI from "openai";

const client = new OpenAI({ apiKey: "none", baseURL: process.argv[2], maxRetries: 0 });
let text = "";
try {
  const messages = [{ role: "user", content: "How much?" }];
  for await (const chunk of await client.chat.completions.create({ model: "m", messages, stream: true })) {
    text += chunk.choices[0].delta.content;
  }
  console.log(`complete: ${text}`);
} catch (failure) {
  console.log(`error after "${text}": ${failure.message}`);
}
JAVASCRIPT
cat > Finding.java <<'JAVA'
import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

public class Finding {
    public static void main(String[] arguments) throws Exception {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        byte[] stream = Files.readAllBytes(Path.of("stream"));
        server.createContext("/v1/chat/completions", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(stream);
            exchange.close();
        });
        server.start();
        String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
        ask(url);
        new ProcessBuilder("node", "finding.js", url).inheritIO().start().waitFor();
        server.stop(0);
    }

    private static void ask(String url) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        OpenAiStreamingChatModel.builder()
                .baseUrl(url)
                .apiKey("none")
                .modelName("m")
                .build()
                .chat("How much?", new StreamingChatResponseHandler() {
                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        System.out.println("langchain4j: complete: " + response.aiMessage().text() + ", finishReason "
                                + response.finishReason());
                        ended.countDown();
                    }

                    @Override
                    public void onError(Throwable error) {
                        System.out.println("langchain4j: error: " + error.getMessage());
                        ended.countDown();
                    }
                });
        ended.await(10, TimeUnit.SECONDS);
        System.out.print("openai: ");
        System.out.flush();
    }
}
JAVA
seen="$(java -cp 'lib/*' Finding.java)"
echo "langchain4j-open-ai 1.19.0, Java $(java -version 2>&1 | head -1 | cut -d'"' -f2); openai 7.59.0, Node.js $(node --version)"
echo "$seen"
[[ "$seen" == 'langchain4j: complete: Transfer 1, finishReason null
openai: error after "Transfer 1": The server is overloaded' ]]
