package dev.postroad.runtime.agent.mcp;

import dev.postroad.contracts.json.Fields;
import dev.postroad.runtime.agent.attempt.AgentEnvironment;
import dev.postroad.runtime.agent.attempt.CommonSettings;
import dev.postroad.runtime.agent.attempt.SecretReferences;
import dev.postroad.runtime.agent.attempt.SendableHeader;
import dev.postroad.runtime.agent.attempt.WebAddress;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the author of an MCP agent said.
 *
 * @param tool the name of the tool at its server
 * @param reconcile the tool of the same server that is asked what came of a call in doubt; null for none
 * @param url where the server takes requests; null where it is a command
 * @param headers sent with each request
 * @param command the program that is the server, and its arguments; empty where it is reached by an address
 * @param env what the program finds in its environment, besides what any program does
 * @param secrets what headers and env hold of the worker's environment
 */
public record McpSettings(
        String tool,
        @Nullable String reconcile,
        @Nullable URI url,
        Map<String, String> headers,
        List<String> command,
        Map<String, String> env,
        List<String> secrets) {
    private static final Set<String> KNOWN =
            CommonSettings.and("tool", "reconcile", "url", "headers", "command", "env");

    /** The settings, or null; whatever is wrong is noted as a fault. */
    public static @Nullable McpSettings read(Fields fields, AgentEnvironment environment) {
        fields.onlyKnown(KNOWN);
        String tool = fields.requiredText("tool", "name a tool of the server");
        URI url = fields.has("url") ? WebAddress.read(fields, "url") : null;
        List<String> command = fields.texts("command");
        if (fields.has("url") == fields.has("command")) {
            fields.fault("", "has neither url nor command, or both", "say one of the two");
        }
        if (!command.isEmpty() && !environment.mcpCommands().contains(command.getFirst())) {
            fields.fault(
                    "command",
                    "names the program " + Fields.quoted(command.getFirst()) + ", which workers do not start",
                    "let POSTROAD_MCP_COMMANDS name it on every worker");
        }
        SecretReferences references = new SecretReferences(environment);
        Map<String, String> headers = resolved(fields, "headers", references);
        headers.forEach((name, value) -> {
            if (!SendableHeader.canBeSent(name, value)) {
                // The value stays out of the message, as it may hold a secret.
                fields.fault(
                        "headers." + name,
                        "is no header that can be sent",
                        "use another name, or a value of printable ASCII");
            }
        });
        Map<String, String> env = resolved(fields, "env", references);
        return url == null && command.isEmpty()
                ? null
                : new McpSettings(tool, fields.text("reconcile"), url, headers, command, env, references.secrets());
    }

    private static Map<String, String> resolved(Fields fields, String field, SecretReferences references) {
        Map<String, String> values = new LinkedHashMap<>();
        fields.textMap(field)
                .forEach((name, text) -> values.put(name, references.resolve(fields, field + "." + name, text)));
        return values;
    }

    /** Where the tool is, for people. */
    String server() {
        return url == null ? command.getFirst() : url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }

    /** Leaves out what may be secret. */
    @Override
    public String toString() {
        return "McpSettings[" + tool + " of " + (url == null ? command : url) + "]";
    }
}
