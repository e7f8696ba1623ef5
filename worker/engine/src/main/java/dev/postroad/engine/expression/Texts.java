package dev.postroad.engine.expression;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;

/** The functions of texts. Places in a text are counted in characters of Unicode, from 0. */
final class Texts {
    private Texts() {}

    static JsonNode contains(Budget budget, JsonNode text, JsonNode wanted) {
        TextSearch search = new TextSearch(budget, Values.text(wanted, "contains"));
        return Values.of(search.in(budget, Values.text(text, "contains"), 0) >= 0);
    }

    static JsonNode startsWith(Budget budget, JsonNode text, JsonNode wanted) {
        budget.read(Values.text(wanted, "startsWith"));
        return Values.of(Values.text(text, "startsWith").startsWith(wanted.textValue()));
    }

    static JsonNode endsWith(Budget budget, JsonNode text, JsonNode wanted) {
        budget.read(Values.text(wanted, "endsWith"));
        return Values.of(Values.text(text, "endsWith").endsWith(wanted.textValue()));
    }

    static JsonNode lower(Budget budget, JsonNode argument) {
        return mapped(budget, Values.text(argument, "lowerAscii"), 'A', 'Z', 'a' - 'A');
    }

    static JsonNode upper(Budget budget, JsonNode argument) {
        return mapped(budget, Values.text(argument, "upperAscii"), 'a', 'z', 'A' - 'a');
    }

    private static JsonNode mapped(Budget budget, String text, char from, char to, int by) {
        budget.build(text.length());
        char[] characters = text.toCharArray();
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] >= from && characters[i] <= to) {
                characters[i] += (char) by;
            }
        }
        return Values.of(new String(characters));
    }

    static JsonNode trim(Budget budget, JsonNode argument) {
        String text = Values.text(argument, "trim");
        budget.build(text.length());
        int from = 0;
        int to = text.length();
        while (from < to && isSpace(text.charAt(from))) {
            from++;
        }
        while (to > from && isSpace(text.charAt(to - 1))) {
            to--;
        }
        return Values.of(text.substring(from, to));
    }

    private static boolean isSpace(char character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == '\u0085';
    }

    static JsonNode reverse(Budget budget, String text) {
        budget.build(text.length());
        return Values.of(new StringBuilder(text).reverse().toString());
    }

    static JsonNode charAt(Budget budget, JsonNode argument, JsonNode at) {
        String text = Values.text(argument, "charAt");
        budget.read(text);
        int length = text.codePointCount(0, text.length());
        long index = Numbers.longValue(at, "charAt");
        if (index < 0 || index > length) {
            throw new Failure("charAt: the index " + index + " is out of range, the text has " + length);
        }
        if (index == length) {
            return Values.of("");
        }
        int place = text.offsetByCodePoints(0, (int) index);
        return Values.of(text.substring(place, text.offsetByCodePoints(place, 1)));
    }

    static JsonNode substring(Budget budget, JsonNode[] arguments) {
        String text = Values.text(arguments[0], "substring");
        budget.build(text.length());
        int length = text.codePointCount(0, text.length());
        long from = Numbers.longValue(arguments[1], "substring");
        long to = arguments.length > 2 ? Numbers.longValue(arguments[2], "substring") : length;
        if (from < 0 || to > length || from > to) {
            throw new Failure("substring: from " + from + " to " + to + " is out of range, the text has " + length);
        }
        int begin = text.offsetByCodePoints(0, (int) from);
        return Values.of(text.substring(begin, text.offsetByCodePoints(begin, (int) (to - from))));
    }

    static JsonNode indexOf(Budget budget, JsonNode[] arguments) {
        String text = Values.text(arguments[0], "indexOf");
        String wanted = Values.text(arguments[1], "indexOf");
        long from = arguments.length > 2 ? Numbers.longValue(arguments[2], "indexOf") : 0;
        if (wanted.isEmpty()) {
            return Numbers.whole(from);
        }
        budget.read(text);
        int length = text.codePointCount(0, text.length());
        if (from < 0 || from >= length) {
            throw new Failure("indexOf: the offset " + from + " is out of range, the text has " + length);
        }
        int found = new TextSearch(budget, wanted).in(budget, text, text.offsetByCodePoints(0, (int) from));
        return Numbers.whole(found < 0 ? -1 : text.codePointCount(0, found));
    }

    static JsonNode lastIndexOf(Budget budget, JsonNode[] arguments) {
        String text = Values.text(arguments[0], "lastIndexOf");
        String wanted = Values.text(arguments[1], "lastIndexOf");
        budget.read(text);
        int length = text.codePointCount(0, text.length());
        int longest = wanted.codePointCount(0, wanted.length());
        long from = arguments.length > 2 ? Numbers.longValue(arguments[2], "lastIndexOf") : length - 1L;
        if (wanted.isEmpty()) {
            return Numbers.whole(arguments.length > 2 ? from : length);
        }
        if (longest > length && arguments.length == 2) {
            return Numbers.whole(-1);
        }
        if (from < 0 || from >= length) {
            throw new Failure("lastIndexOf: the offset " + from + " is out of range, the text has " + length);
        }
        if (longest > length) {
            return Numbers.whole(-1);
        }
        int latest = text.offsetByCodePoints(0, (int) Math.min(from, length - (long) longest));
        // Where characters beyond U+FFFF stand behind, a shorter text is as many characters.
        int end = Math.min(text.length(), latest + wanted.length());
        int found = last(budget, text.substring(0, end), wanted);
        return Numbers.whole(found < 0 ? -1 : text.codePointCount(0, found));
    }

    /** Backwards, the last is the first. */
    private static int last(Budget budget, String text, String wanted) {
        budget.build((long) text.length() + wanted.length());
        String backwards = new String(reversed(text));
        int found = new TextSearch(budget, new String(reversed(wanted))).in(budget, backwards, 0);
        return found < 0 ? -1 : text.length() - found - wanted.length();
    }

    private static char[] reversed(String text) {
        char[] characters = new char[text.length()];
        for (int i = 0; i < characters.length; i++) {
            characters[i] = text.charAt(characters.length - 1 - i);
        }
        return characters;
    }

    static JsonNode join(Budget budget, JsonNode[] arguments) {
        ArrayNode list = Values.list(arguments[0], "join");
        String separator = arguments.length > 1 ? Values.text(arguments[1], "join") : "";
        StringBuilder joined = new StringBuilder();
        for (int i = 0; i < list.size(); i++) {
            budget.build(separator.length());
            joined.append(i == 0 ? "" : separator);
            Joined.append(budget, list.get(i), joined);
        }
        return Values.of(joined.toString());
    }

    static JsonNode replace(Budget budget, JsonNode[] arguments) {
        String text = Values.text(arguments[0], "replace");
        String wanted = Values.text(arguments[1], "replace");
        String replacement = Values.text(arguments[2], "replace");
        long limit = arguments.length > 3 ? Numbers.longValue(arguments[3], "replace") : -1;
        return wanted.equals(replacement) || limit == 0
                ? arguments[0]
                : Values.of(replaced(budget, text, wanted, replacement, limit < 0 ? Long.MAX_VALUE : limit));
    }

    private static String replaced(Budget budget, String text, String wanted, String replacement, long limit) {
        budget.build(text.length());
        TextSearch search = new TextSearch(budget, wanted);
        StringBuilder replaced = new StringBuilder(text.length());
        int start = 0;
        int from = 0;
        for (long count = 0; count < limit && from <= text.length(); count++) {
            int found = search.in(budget, text, from);
            if (found < 0) {
                break;
            }
            budget.build(replacement.length());
            replaced.append(text, start, found).append(replacement);
            start = found + wanted.length();
            // Nothing is found before each character and behind the last.
            from = wanted.isEmpty() ? after(text, found) : start;
        }
        return start >= text.length()
                ? replaced.toString()
                : replaced.append(text, start, text.length()).toString();
    }

    private static int after(String text, int place) {
        return place >= text.length() ? place + 1 : text.offsetByCodePoints(place, 1);
    }

    static JsonNode split(Budget budget, JsonNode[] arguments) {
        String text = Values.text(arguments[0], "split");
        String separator = Values.text(arguments[1], "split");
        long given = arguments.length > 2 ? Numbers.longValue(arguments[2], "split") : Long.MAX_VALUE;
        // A negative limit is the length of the text, as CEL's own function had it.
        long limit = given < 0 ? text.length() : given;
        ArrayNode parts = Values.NODES.arrayNode();
        if (limit == 0) {
            return parts;
        }
        if (limit == 1) {
            return parts.add(text);
        }
        budget.build(text.length());
        TextSearch search = new TextSearch(budget, separator);
        int start = 0;
        while (parts.size() < limit - 1) {
            int end = separator.isEmpty() ? after(text, start) : search.in(budget, text, start);
            if (end < 0 || (separator.isEmpty() && end >= text.length())) {
                break;
            }
            budget.bytes(64);
            budget.step();
            parts.add(text.substring(start, end));
            start = end + separator.length();
        }
        return separator.isEmpty() && text.isEmpty() ? parts : parts.add(text.substring(start));
    }

    static JsonNode quote(Budget budget, JsonNode argument) {
        String text = Values.text(argument, "strings.quote");
        budget.build(2L * text.length() + 2);
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        text.codePoints().forEach(character -> {
            String escaped = escaped(character);
            if (escaped == null) {
                quoted.appendCodePoint(character);
            } else {
                quoted.append(escaped);
            }
        });
        return Values.of(quoted.append('"').toString());
    }

    private static @org.jspecify.annotations.Nullable String escaped(int character) {
        return switch (character) {
            case '\u0007' -> "\\a";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\u000B' -> "\\v";
            case '\\' -> "\\\\";
            case '"' -> "\\\"";
            default -> Character.getType(character) == Character.SURROGATE ? "\uFFFD" : null;
        };
    }
}
