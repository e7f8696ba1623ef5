package dev.postroad.contracts.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes the trees that there are most of, byte for byte as the mapper does: small ones, of plain text and whole numbers.
 * The mapper's generator costs more for one of those than what it writes. Of all else it knows nothing, and says so.
 * Confined to one thread.
 */
final class TreeBytes {
    private static final int MOST_LEVELS = 50;
    private static final int FIRST_BYTES = 128;
    private static final int MOST_BYTES = 1 << 16;

    /** No JSON is as short as this. */
    private static final byte[] NONE = {};

    private byte[] bytes = new byte[FIRST_BYTES];
    private int length;

    /** The tree's bytes; none where it holds what the mapper is to write. */
    static byte[] of(JsonNode tree) {
        TreeBytes out = new TreeBytes();
        return out.write(tree, 0) ? Arrays.copyOf(out.bytes, out.length) : NONE;
    }

    /** False where the mapper is to do it. */
    private boolean write(JsonNode node, int level) {
        if (level > MOST_LEVELS || length > MOST_BYTES) {
            return false;
        }
        return switch (node.getNodeType()) {
            case OBJECT -> object(node, level);
            case ARRAY -> array(node, level);
            case STRING -> text(node.textValue());
            case NUMBER -> (node.isInt() || node.isLong()) && plain(Long.toString(node.longValue()));
            case BOOLEAN -> plain(node.booleanValue() ? "true" : "false");
            case NULL -> plain("null");
            case BINARY, POJO, MISSING -> false;
        };
    }

    private boolean object(JsonNode node, int level) {
        char before = '{';
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            put(before);
            before = ',';
            if (!text(field.getKey())) {
                return false;
            }
            put(':');
            if (!write(field.getValue(), level + 1)) {
                return false;
            }
        }
        if (before == '{') {
            put('{');
        }
        put('}');
        return true;
    }

    private boolean array(JsonNode node, int level) {
        char before = '[';
        for (JsonNode element : node) {
            put(before);
            before = ',';
            if (!write(element, level + 1)) {
                return false;
            }
        }
        if (before == '[') {
            put('[');
        }
        put(']');
        return true;
    }

    /** A text that needs no escaping, of characters that take a byte each. */
    private boolean text(String text) {
        int chars = text.length();
        if (chars > MOST_BYTES) {
            return false;
        }
        reserve(chars + 2);
        bytes[length++] = '"';
        for (int i = 0; i < chars; i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
                return false;
            }
            bytes[length++] = (byte) c;
        }
        bytes[length++] = '"';
        return true;
    }

    private boolean plain(String ascii) {
        reserve(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
        return true;
    }

    private void put(char ascii) {
        reserve(1);
        bytes[length++] = (byte) ascii;
    }

    private void reserve(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
        }
    }
}
