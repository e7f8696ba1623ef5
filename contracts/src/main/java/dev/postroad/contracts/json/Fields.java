package dev.postroad.contracts.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields of one JSON object and notes every fault with its place, so that all are reported at once.
 * A field that is absent or JSON null reads as null. Not thread-safe.
 */
public final class Fields {
    private static final Pattern DURATION =
            Pattern.compile("P(?:\\d+D)?(?:T(?=\\d)(?:\\d+H)?(?:\\d+M)?(?:\\d+(?:\\.\\d{1,9})?S)?)?");

    private static final int MOST_EDITS_OF_A_SLIP = 2;
    private static final int SHORTEST_SLIP = 3;

    /** Who sends more fields than that is looked at for no longer than it takes to read them. */
    private static final int MOST_COMPARED = 100;

    private final ObjectNode object;
    private final String path;
    private final List<Fault> faults;

    private Fields(ObjectNode object, String path, List<Fault> faults) {
        this.object = object;
        this.path = path;
        this.faults = faults;
    }

    /** Reads {@code tree} at {@code path}; a tree that is no object is noted as a fault and read as an empty one. */
    public static Fields of(JsonNode tree, String path, List<Fault> faults) {
        if (tree instanceof ObjectNode object) {
            return new Fields(object, path, faults);
        }
        faults.add(new Fault(path, "must be an object, but is " + describe(tree), "write it as {…}"));
        return new Fields(JsonNodeFactory.instance.objectNode(), path, faults);
    }

    /** The object as it was written. */
    public ObjectNode object() {
        return object;
    }

    /** The path of a field of this object; of the object itself where {@code field} is empty. */
    public String place(String field) {
        if (field.isEmpty()) {
            return path;
        }
        String name = Shown.name(field);
        return path.isEmpty() ? name : path + "." + name;
    }

    /** Notes a fault at a field of this object, or at the object itself where {@code field} is empty. */
    public void fault(String field, String problem, String remedy) {
        faults.add(new Fault(place(field), problem, remedy));
    }

    /** Whether the field is there and not null. */
    public boolean has(String field) {
        return object.hasNonNull(field);
    }

    /** The field as it is, or null. */
    public @Nullable JsonNode tree(String field) {
        return object.hasNonNull(field) ? object.get(field) : null;
    }

    /** A text, or null. */
    public @Nullable String text(String field) {
        JsonNode value = tree(field);
        if (value == null || value.isTextual()) {
            return value == null ? null : value.textValue();
        }
        wrongType(field, "a text", value);
        return null;
    }

    /** A text that matches {@code pattern}, or null; {@code rule} says in words what it matches. */
    public @Nullable String text(String field, Pattern pattern, String rule) {
        String value = text(field);
        if (value != null && !pattern.matcher(value).matches()) {
            fault(field, "is " + quoted(value), "use " + rule);
            return null;
        }
        return value;
    }

    /** Notes that a field is missing; or, where another one can be nothing but a slip for it, that. */
    public void missing(String field, String remedy) {
        List<String> others = object.properties().stream()
                .filter(other -> !other.getValue().isNull())
                .map(Map.Entry::getKey)
                .toList();
        if (others.stream().anyMatch(other -> faults.contains(slip(other, field)))) {
            return;
        }
        int mostEdits = Math.min(MOST_EDITS_OF_A_SLIP, field.length() / 2);
        Optional<String> slip = Likeness.nearest(field, others, mostEdits);
        faults.add(
                slip.isEmpty() || isNoted(slip.get())
                        ? new Fault(place(field), "is missing", remedy)
                        : slip(slip.get(), field));
    }

    private Fault slip(String field, String meant) {
        return new Fault(place(field), "is no known field", "write " + meant);
    }

    private boolean isNoted(String field) {
        String place = place(field);
        return faults.stream().anyMatch(fault -> fault.place().equals(place));
    }

    /** A text that must be there and not be empty; a fault and an empty text otherwise. */
    public String requiredText(String field, String remedy) {
        String value = text(field);
        if (value == null && !has(field)) {
            missing(field, remedy);
        } else if (value != null && value.isEmpty()) {
            fault(field, "is empty", remedy);
        }
        return value == null ? "" : value;
    }

    /** A time that must be there, such as {@code 2026-01-31T12:00:00Z}; a fault and the epoch otherwise. */
    public Instant requiredInstant(String field, String remedy) {
        String text = requiredText(field, remedy);
        try {
            return text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
        } catch (DateTimeException noInstant) {
            fault(field, "is " + quoted(text), "write it like 2026-01-31T12:00:00Z");
            return Instant.EPOCH;
        }
    }

    /** A whole number from {@code least} to {@code most}, or null. */
    public @Nullable Integer whole(String field, int least, int most) {
        JsonNode value = tree(field);
        if (value == null) {
            return null;
        }
        // JSON knows no difference between 1 and 1.0, and some languages write the latter.
        if (value.canConvertToExactIntegral()
                && value.canConvertToInt()
                && value.intValue() >= least
                && value.intValue() <= most) {
            return value.intValue();
        }
        wrongType(field, "a whole number from " + least + " to " + most, value);
        return null;
    }

    /** A number from {@code least} to {@code most}, or null. */
    public @Nullable Double number(String field, double least, double most) {
        JsonNode value = tree(field);
        if (value == null) {
            return null;
        }
        if (value.isNumber() && value.doubleValue() >= least && value.doubleValue() <= most) {
            return value.doubleValue();
        }
        wrongType(field, "a number from " + least + " to " + most, value);
        return null;
    }

    /** True or false, or null. */
    public @Nullable Boolean truth(String field) {
        JsonNode value = tree(field);
        if (value == null || value.isBoolean()) {
            return value == null ? null : value.booleanValue();
        }
        wrongType(field, "true or false", value);
        return null;
    }

    /** A positive ISO-8601 duration such as {@code PT10M}, or null. */
    public @Nullable Duration duration(String field) {
        JsonNode value = tree(field);
        if (value == null) {
            return null;
        }
        try {
            String text = value.asText("");
            // The empty text, for what is none, is no duration either; nor is what the published schemas refuse.
            Duration duration = Duration.parse(DURATION.matcher(text).matches() ? text : "");
            if (duration.isPositive() && duration.toDays() <= 36_500) {
                return duration;
            }
        } catch (DateTimeParseException | ArithmeticException notADuration) {
            // Falls through to the one fault that covers both.
        }
        fault(field, "is " + describe(value), "use a positive ISO-8601 duration such as PT10M or PT30S");
        return null;
    }

    /** An object, or null. */
    public @Nullable ObjectNode objectOf(String field) {
        JsonNode value = tree(field);
        if (value == null || value instanceof ObjectNode) {
            return (ObjectNode) value;
        }
        wrongType(field, "an object", value);
        return null;
    }

    /** The fields of a nested object, or null. */
    public @Nullable Fields nested(String field) {
        ObjectNode value = objectOf(field);
        return value == null ? null : new Fields(value, place(field), faults);
    }

    /** The fields of an element of a list; one that is no object is noted as a fault and read as an empty one. */
    public Fields element(String field, int index, JsonNode value) {
        return of(value, place(field) + "[" + index + "]", faults);
    }

    /** A text or a list of texts, as a list; empty where it is absent. */
    public List<String> texts(String field) {
        JsonNode value = tree(field);
        if (value == null) {
            return List.of();
        }
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        if (!value.isArray() || value.isEmpty()) {
            wrongType(field, "a text or a list of texts", value);
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            if (value.get(i).isTextual()) {
                texts.add(value.get(i).textValue());
            } else {
                wrongType(field + "[" + i + "]", "a text", value.get(i));
            }
        }
        return texts.size() == value.size() ? texts : List.of();
    }

    /** An object whose values are texts; empty where it is absent. */
    public Map<String, String> textMap(String field) {
        Map<String, String> texts = new LinkedHashMap<>();
        ObjectNode value = objectOf(field);
        if (value != null) {
            value.properties().forEach(entry -> {
                if (entry.getValue().isTextual()) {
                    texts.put(entry.getKey(), entry.getValue().textValue());
                } else {
                    wrongType(field + "." + entry.getKey(), "a text", entry.getValue());
                }
            });
        }
        return texts;
    }

    /** Notes a fault for each field that is not among {@code known}. */
    public void onlyKnown(Set<String> known) {
        String remedy = null;
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!known.contains(field.getKey())) {
                remedy = remedy == null
                        ? "use one of "
                                + String.join(", ", known.stream().sorted().toList())
                        : remedy;
                fault(field.getKey(), "is no known field", remedy);
            }
        }
    }

    /**
     * Notes each field that is unknown and can only be meant as a known one: written otherwise, such as {@code run_id}, or
     * misspelt by one letter that is not the first, or by the name that other messages have for it. Any other that is unknown
     * is passed over, as a later release may know it.
     *
     * @param elsewhere names of other messages, with the name here
     */
    public void noSlips(Set<String> known, Map<String, String> elsewhere) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            String name = field.getKey();
            if (!known.contains(name)) {
                String meant = elsewhere.getOrDefault(name, meant(name, known));
                if (meant != null) {
                    faults.add(slip(name, meant));
                }
            }
        }
    }

    private @Nullable String meant(String name, Set<String> known) {
        String letters = letters(name);
        List<String> alike = object.size() > MOST_COMPARED || name.length() < SHORTEST_SLIP
                ? List.of()
                : known.stream()
                        .filter(each -> each.charAt(0) == name.charAt(0))
                        .toList();
        return known.stream()
                .filter(each -> letters(each).equals(letters))
                .findFirst()
                .or(() -> Likeness.nearest(name, alike, 1))
                .orElse(null);
    }

    private static String letters(String name) {
        return name.replace("_", "").replace("-", "").toLowerCase(Locale.ROOT);
    }

    private void wrongType(String field, String wanted, JsonNode value) {
        fault(field, "must be " + wanted + ", but is " + describe(value), "write " + wanted);
    }

    private static String describe(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "the text " + quoted(value.textValue());
            case NUMBER -> "the number " + Shown.name(value.asText());
            case BOOLEAN -> value.asText();
            case ARRAY -> value.isEmpty() ? "an empty list" : "a list";
            case OBJECT -> "an object";
            case NULL -> "null";
            case MISSING, BINARY, POJO -> "nothing";
        };
    }

    /** A text in quotes, shortened for a message. */
    public static String quoted(String text) {
        return '"' + Shown.name(text) + '"';
    }
}
