package dev.postroad.engine.run;

import com.fasterxml.jackson.databind.JsonNode;

/** About how many bytes a tree takes as JSON, without writing it. */
final class JsonSizes {
    private static final int NUMBER = 8;
    private static final int PUNCTUATION = 3;

    private JsonSizes() {}

    static long sum(Iterable<? extends JsonNode> trees) {
        long bytes = 0;
        for (JsonNode tree : trees) {
            bytes += of(tree);
        }
        return bytes;
    }

    static long of(JsonNode tree) {
        return switch (tree.getNodeType()) {
            case STRING -> tree.textValue().length() + PUNCTUATION;
            case ARRAY -> {
                long bytes = PUNCTUATION;
                for (JsonNode element : tree) {
                    bytes += of(element);
                }
                yield bytes;
            }
            case OBJECT -> {
                long bytes = PUNCTUATION;
                for (var field : tree.properties()) {
                    bytes += field.getKey().length() + PUNCTUATION + of(field.getValue());
                }
                yield bytes;
            }
            case NUMBER, BOOLEAN, NULL, MISSING, BINARY, POJO -> NUMBER;
        };
    }
}
