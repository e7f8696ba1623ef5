package dev.postroad.bench.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.bench.fuzz.Operations.Operation;
import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.random.RandomGenerator;

/** Requests that keep to HTTP, if to nothing else: what is documented, with parameters, headers and bodies of any kind. */
final class Requests {
    private static final List<String> VALUES = List.of(
            "0",
            "1",
            "-1",
            "50",
            "1000",
            "1001",
            "99999999999999999999",
            "completed",
            "completed,failed",
            "nonsense",
            "2026-01-01T00:00:00Z",
            "2026-13-45",
            "PT1H",
            "true",
            "fuzz-graph-3",
            "run.completed",
            "a:1",
            "1:0",
            "info");
    private static final List<String> HEADERS = List.of(
            "Accept: text/event-stream",
            "Accept: application/xml",
            "Accept: */*;q=0, ,;;",
            "Last-Event-ID: 5",
            "Last-Event-ID: -1:zzz",
            "Content-Type: text/plain",
            "Content-Type: application/json; charset=utf-16",
            "Accept-Encoding: gzip, br, nonsense",
            "Authorization: Bearer nonsense",
            "Authorization: Basic",
            "If-None-Match: *",
            "Range: bytes=0-",
            "Expect: 200-maybe",
            "Cookie: " + "c=1; ".repeat(200),
            "X-Long: " + "x".repeat(6_000),
            "traceparent: 00-zz");

    private final Messages messages;
    private final Operations operations = Operations.documented();

    Requests(Messages messages) {
        this.messages = messages;
    }

    byte[] request(long number, String runId, RandomGenerator random) {
        Operation operation =
                operations.all().get(random.nextInt(operations.all().size()));
        String method =
                random.nextInt(20) == 0 ? any(random, "PUT", "PATCH", "OPTIONS", "TRACE", "BREW") : operation.method();
        byte[] body = body(number, operation, runId, random);
        StringBuilder head = new StringBuilder();
        head.append(method).append(' ').append(path(operation, runId, random)).append(query(operation, random));
        head.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        if (operation.method().equals("POST")) {
            head.append("Content-Type: application/json\r\n");
        }
        if (random.nextInt(3) == 0) {
            head.append(HEADERS.get(random.nextInt(HEADERS.size()))).append("\r\n");
        }
        head.append("Content-Length: ").append(body.length).append("\r\n\r\n");
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        request.writeBytes(body);
        return request.toByteArray();
    }

    private static String any(RandomGenerator random, String... those) {
        return those[random.nextInt(those.length)];
    }

    /** What is changed or removed by its name is never what the runs beside need. */
    private static String path(Operation operation, String runId, RandomGenerator random) {
        String name = any(random, "fuzz-agent-1", "fuzz-agent-2", "fuzz-graph-1", "fuzz-graph-2", "fuzz-nobody");
        String id = random.nextInt(5) == 0 ? value(random) : encoded(runId);
        return operation
                .path()
                .replace("{name}", random.nextInt(10) == 0 ? value(random) : name)
                .replace("{id}", id);
    }

    private static String value(RandomGenerator random) {
        if (random.nextInt(3) > 0) {
            return encoded(VALUES.get(random.nextInt(VALUES.size())));
        }
        if (random.nextBoolean()) {
            return any(random, "%00", "%ff", "%zz", "..%2f..", "%2e%2e", "%0d%0aX:1", "%E2%82", ";x=1", "%25");
        }
        String text = Texts.any(random).replace(Texts.HALF_A_PAIR, "");
        return encoded(text.substring(0, Math.min(text.length(), 300)));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String query(Operation operation, RandomGenerator random) {
        StringBuilder query = new StringBuilder();
        for (String parameter : operation.parameters()) {
            if (random.nextInt(3) == 0) {
                String name = parameter.equals("tags") ? "tag.tenant" : parameter;
                query.append(query.isEmpty() ? '?' : '&')
                        .append(name)
                        .append('=')
                        .append(value(random));
            }
        }
        if (random.nextInt(20) == 0) {
            query.append(query.isEmpty() ? '?' : '&').append("unknown=1");
        }
        return query.toString();
    }

    private byte[] body(long number, Operation operation, String runId, RandomGenerator random) {
        if (!operation.method().equals("POST")) {
            return random.nextInt(20) == 0 ? new byte[] {'{'} : new byte[0];
        }
        JsonNode message = switch (operation.path()) {
            case "/api/triggers" -> messages.trigger(number, true, random);
            case "/api/control" -> messages.control(number, runId, random);
            case "/api/registry" -> messages.posted(random);
            default -> JsonNodeFactory.instance.objectNode().put("why", Texts.any(random));
        };
        if (message instanceof ObjectNode tree) {
            byte[] written = new Mutations(random).written(tree, 60);
            return written == null ? new byte[0] : written;
        }
        return Armoury.json(message);
    }
}
