package dev.postroad.contracts.definition;

import static org.assertj.core.api.Assertions.assertThat;

import dev.postroad.contracts.definition.ErrorTypes.Known;
import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ErrorTypesTest {
    @Test
    void theDocumentOfTheTopicsListsThemAll() throws IOException {
        String document = asyncapi();
        for (Known known : ErrorTypes.ALL) {
            String tried = switch (known.retried()) {
                case BY_DEFAULT -> "yes";
                case WHERE_NAMED -> "where `on` names it";
                case NEVER -> "never";
            };
            assertThat(document).contains("| `" + known.name() + "` | " + tried + " | " + known.meaning() + " |");
        }
    }

    private static String asyncapi() throws IOException {
        try (InputStream in = ErrorTypesTest.class.getResourceAsStream("/postroad/asyncapi.yaml")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "timeout",
                "*",
                "time*",
                "http.503",
                "http.5*",
                "http.404",
                "http.connection",
                "llm.bad-json",
                "agent-busy",
                "IOException",
                "*Exception",
                "java.*",
                "message:expression"
            })
    void whatAnAttemptMayEndWithIsNotWarnedOf(String type) throws FaultsException {
        assertThat(ofNode(type)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "time-out | Postroad has no error of type \"time-out\"",
                "503 | Postroad has no error of type \"503\"",
                "http.999 | Postroad has no error of type \"http.999\"",
                "http.conection | Postroad has no error of type \"http.conection\"",
                "rate limited | Postroad has no error of type \"rate limited\"",
                "bad-output | \"bad-output\" is never tried again",
                "run-* | \"run-*\" is never tried again"
            })
    void whatNoErrorIsOfIsWarnedOf(String type, String warning) throws FaultsException {
        assertThat(ofNode(type)).singleElement().satisfies(fault -> {
            assertThat(fault.place()).isEqualTo("nodes.a.retry.on");
            assertThat(fault.problem()).startsWith(warning);
        });
    }

    @ParameterizedTest
    @CsvSource({"http, llm.503", "http, IOException", "llm, http.503"})
    void anAgentIsWarnedOfWhatOnlyOtherKindsFailWith(String kind, String type) throws FaultsException {
        String address = kind.equals("http") ? "url: 'http://127.0.0.1:1'" : "model: m";
        Definition agent =
                read("agent: a\nkind: " + kind + "\n" + address + "\nretry: { on: [timeout, '" + type + "'] }");
        assertThat(Definitions.warnings(agent))
                .singleElement()
                .hasToString("retry.on: no agent of kind " + kind + " fails with \"" + type
                        + "\"; use one such as timeout, http.503, http.5* or http.connection; asyncapi.yaml"
                        + " lists them");
    }

    private static List<Fault> ofNode(String type) throws FaultsException {
        return Definitions.warnings(read("""
            graph: g
            nodes: { a: { agent: x, retry: { on: ['%s'] } } }
            edges: [{ from: START, to: a }]
            """.formatted(type)));
    }

    private static Definition read(String yaml) throws FaultsException {
        return Definitions.readAll(yaml).getFirst();
    }
}
