package dev.postroad.engine.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The cases that are copied into the project. */
public final class Cases {
    private Cases() {}

    /** A case by its id. */
    public static JsonNode read(String id) {
        String name = "/conformance/" + id + ".json";
        try (InputStream in = Objects.requireNonNull(Cases.class.getResourceAsStream(name), name)) {
            return Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException | FaultsException unreadable) {
            throw new UncheckedIOException(new IOException(name, unreadable));
        }
    }
}
