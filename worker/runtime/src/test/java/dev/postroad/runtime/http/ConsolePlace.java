package dev.postroad.runtime.http;

import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.Worker;
import dev.postroad.runtime.access.Role;
import dev.postroad.runtime.access.TokenLine;
import dev.postroad.runtime.testing.Browsing;
import dev.postroad.runtime.testing.Site;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullMarked;

/**
 * Where tests of the console are: a site with two workers and some runs, and a browser.
 *
 * @param here the address of a worker that asks for no token
 * @param guarded that of one which does
 */
@NullMarked
record ConsolePlace(Site site, Browsing browsing, String here, String guarded) implements AutoCloseable {
    static final String TOKEN = "0123456789-abcdef";
    static final TokenLine.New READER = TokenLine.generate("ada", Role.READER, Map.of(), new SecureRandom());

    /** All of a graph but its name. */
    static final String ASKS = """
        nodes: { ask: { interrupt: "'well?'" } }
        edges: [{ from: START, to: ask }, { from: ask, to: END }]
        """;

    private static final String GRAPHS = """
        graph: letters
        state: { parts: { reducer: last }, text: { reducer: last }, ok: { reducer: last } }
        nodes:
          plan: { set: "{'parts': [1, 2, 3]}" }
          write: { set: "{'text': 'Dear reader'}" }
          check: { set: "{}" }
          approve:
            interrupt:
              ask: "{'question': 'Send it?', 'draft': state.text}"
              schema: { type: object, required: [approved], properties: { approved: { type: boolean }, note: { type: string } } }
            output: "{'ok': result.approved}"
          send: { graph: sending }
        edges:
          - { from: START, to: plan }
          - { from: plan, to: write }
          - { from: plan, forEach: "state.parts", to: check }
          - { from: [write, check], to: approve }
          - { from: approve, to: send }
          - { from: send, to: END }
        ---
        graph: breaks
        state: { s: { reducer: last, default: x }, n: { reducer: last } }
        nodes: { bad: { set: "{'n': int(state.s)}" } }
        edges: [{ from: START, to: bad }, { from: bad, to: END }]
        ---
        graph: picks
        queue: { concurrency: [{ runs: 50 }] }
        nodes: { choose: { interrupt: { ask: "'Which?'", schema: { enum: [a, b] } } } }
        edges: [{ from: START, to: choose }, { from: choose, to: END }]
        ---
        agent: clerk
        kind: java
        provider: test-puppet
        """;
    private static final String SENDING = """
        graph: sending
        nodes: { stamp: { set: "{}" } }
        edges: [{ from: START, to: stamp }, { from: stamp, to: END }]
        """;

    static ConsolePlace open() {
        Site site = Site.open();
        String here =
                address(site.worker(Map.of("POSTROAD_TRACE_LINK", "http://127.0.0.1:1/trace/{traceId}?span={spanId}")));
        String guarded =
                address(site.worker(Map.of("POSTROAD_HTTP_TOKEN", TOKEN, "POSTROAD_HTTP_TOKENS", READER.line())));
        site.apply(SENDING);
        site.apply(GRAPHS);
        for (String run : List.of("asks", "by-hand", "many-1", "many-2")) {
            site.trigger("letters", run, "{}");
        }
        site.trigger("breaks", "broken", "{}");
        site.ended("broken");
        for (String run : List.of("asks", "by-hand", "many-1", "many-2")) {
            site.journalWith(run, event -> event.type() == EventType.RUN_WAITING);
        }
        return new ConsolePlace(site, Browsing.start(), here, guarded);
    }

    private static String address(Worker worker) {
        return "http://127.0.0.1:" + worker.httpPort();
    }

    @Override
    public void close() {
        browsing.close();
        site.close();
    }
}
