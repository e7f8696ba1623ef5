package dev.postroad.runtime.agent.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.agent.AgentCall;
import dev.postroad.contracts.json.Fields;
import dev.postroad.contracts.json.Json;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.CommonSettings;
import dev.postroad.runtime.agent.attempt.Post;
import dev.postroad.runtime.agent.attempt.SecretReferences;
import dev.postroad.runtime.agent.attempt.SendableHeader;
import dev.postroad.runtime.agent.attempt.WebAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the author of an HTTP agent said.
 *
 * @param reconcile who is asked what came of a call in doubt before it is made again; null for nobody
 * @param secrets what the headers hold of the worker's environment
 */
public record HttpSettings(
        URI url, Map<String, String> headers, @Nullable URI reconcile, List<String> secrets) {
    private static final Set<String> KNOWN = CommonSettings.and("url", "headers", "reconcile");
    private static final Set<String> OWN_HEADERS = Set.of("content-type", "idempotency-key", "traceparent");

    /** The settings, or null; whatever is wrong is noted as a fault. */
    public static @Nullable HttpSettings read(Fields fields, AgentEnvironment environment) {
        fields.onlyKnown(KNOWN);
        URI url = WebAddress.read(fields, "url");
        URI reconcile = fields.has("reconcile") ? WebAddress.read(fields, "reconcile") : null;
        SecretReferences references = new SecretReferences(environment);
        Map<String, String> headers = new LinkedHashMap<>();
        fields.textMap("headers").forEach((name, text) -> {
            String field = "headers." + name;
            String value = references.resolve(fields, field, text);
            checkHeader(fields, field, name, value);
            headers.put(name, value);
        });
        return url == null ? null : new HttpSettings(url, headers, reconcile, references.secrets());
    }

    /** The POST of a body about a call, with what the author has sent with each. */
    Post post(URI to, AgentCall call, ObjectNode body, String accepted) {
        Post post = new Post(to, Json.bytes(body))
                .add("Content-Type", "application/json")
                .add("Accept", accepted)
                .add("Idempotency-Key", call.idempotencyKey());
        headers.forEach(post::set);
        return post;
    }

    private static void checkHeader(Fields fields, String field, String name, String value) {
        if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
            fields.fault(field, "is a header that Postroad sets", "leave it out");
        } else if (!SendableHeader.canBeSent(name, value)) {
            // The value stays out of the message, as it may hold a secret.
            fields.fault(field, "is no header that can be sent", "use another name, or a value of printable ASCII");
        }
    }
}
