package dev.postroad.runtime.agent.mcp;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.postroad.contracts.json.Json;
import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import java.io.IOException;

/** Has the SDK read and write JSON by the Jackson that everything else here uses. Thread-safe. */
public enum McpJson implements McpJsonMapper {
    INSTANCE;

    private static final ObjectMapper MAPPER =
            Json.mapper().copy().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    @Override
    public <T> T readValue(String content, Class<T> type) throws IOException {
        return MAPPER.readValue(content, type);
    }

    @Override
    public <T> T readValue(byte[] content, Class<T> type) throws IOException {
        return MAPPER.readValue(content, type);
    }

    @Override
    public <T> T readValue(String content, TypeRef<T> type) throws IOException {
        return MAPPER.readValue(content, type(type));
    }

    @Override
    public <T> T readValue(byte[] content, TypeRef<T> type) throws IOException {
        return MAPPER.readValue(content, type(type));
    }

    @Override
    public <T> T convertValue(Object value, Class<T> type) {
        return MAPPER.convertValue(value, type);
    }

    @Override
    public <T> T convertValue(Object value, TypeRef<T> type) {
        return MAPPER.convertValue(value, type(type));
    }

    @Override
    public String writeValueAsString(Object value) throws IOException {
        return MAPPER.writeValueAsString(value);
    }

    @Override
    public byte[] writeValueAsBytes(Object value) throws IOException {
        return MAPPER.writeValueAsBytes(value);
    }

    private static JavaType type(TypeRef<?> type) {
        return MAPPER.constructType(type.getType());
    }
}
