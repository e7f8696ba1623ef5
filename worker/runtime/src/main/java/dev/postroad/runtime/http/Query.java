package dev.postroad.runtime.http;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultList;
import dev.postroad.contracts.json.Fields;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the parameters of a request and notes every fault, so that all are reported at once, unknown names among them.
 * Not thread-safe.
 */
final class Query {
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");

    private static final int MOST_VALUES = 100;
    private static final Map<String, Boolean> ORDERS =
            names(new Boolean[] {false, true}, isNewest -> isNewest ? "newest" : "oldest");

    private final Map<String, List<String>> unread;
    private final Set<String> known = new LinkedHashSet<>();
    private final List<Fault> faults = new FaultList();

    Query(Context context) {
        unread = new TreeMap<>(context.queryParamMap());
    }

    /** @throws Refusal with all faults, where there are any */
    void end() {
        unread.keySet()
                .forEach(name -> faults.add(new Fault(
                        name,
                        "is no parameter of this path",
                        known.isEmpty() ? "leave it out; there are none" : "use " + String.join(", ", known))));
        if (!faults.isEmpty()) {
            throw Refusal.faults(faults);
        }
    }

    void fault(String name, String problem, String remedy) {
        faults.add(new Fault(name, problem, remedy));
    }

    boolean has(String name) {
        return unread.containsKey(name);
    }

    /** A text, or null. */
    @Nullable
    String text(String name) {
        List<String> values = values(name);
        if (values.size() > 1) {
            fault(name, "is given " + values.size() + " times", "give it once");
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    /** Texts that are given one by one, or with commas between them. */
    Set<String> texts(String name) {
        Set<String> texts = new LinkedHashSet<>();
        values(name).forEach(value -> texts.addAll(Arrays.asList(value.split(",", -1))));
        if (texts.size() > MOST_VALUES) {
            fault(name, "has " + texts.size() + " values", "use at most " + MOST_VALUES);
        }
        return texts;
    }

    /** The same for names of which only some are legal. */
    <T> Set<T> oneOf(String name, Map<String, T> legal) {
        Set<T> found = new LinkedHashSet<>();
        texts(name).forEach(text -> {
            T value = legal.get(text);
            if (value == null) {
                fault(name, "is " + Fields.quoted(text), "use one of " + String.join(", ", legal.keySet()));
            } else {
                found.add(value);
            }
        });
        return found;
    }

    /** One of some legal names, given once or not at all. */
    <T> T one(String name, Map<String, T> legal, T unlessGiven) {
        Set<T> found = oneOf(name, legal);
        if (found.size() > 1) {
            fault(name, "has " + found.size() + " values", "give one");
        }
        return found.isEmpty() ? unlessGiven : found.iterator().next();
    }

    /** The legal names of what an enum lists, for {@link #oneOf}. */
    static <T> Map<String, T> names(T[] values, Function<T, String> name) {
        Map<String, T> names = new LinkedHashMap<>();
        Arrays.stream(values).forEach(value -> names.put(name.apply(value), value));
        return names;
    }

    /** A parameter of pages, which a stream has none of. */
    void onlyForPages(String name) {
        if (!values(name).isEmpty()) {
            fault(name, "has no meaning for what goes on", "leave it out");
        }
    }

    /**
     * Where the reader of a stream goes on, by what its client sends by itself when it connects again.
     *
     * @param read reads an id; empty where it is none
     * @param remedy what to send in place of one that cannot be read
     */
    <T> T lastEventId(Context context, T unlessSent, Function<String, Optional<T>> read, String remedy) {
        String header = context.header("Last-Event-ID");
        if (header == null || header.isBlank()) {
            return unlessSent;
        }
        Optional<T> last = read.apply(header.strip());
        if (last.isEmpty()) {
            fault("Last-Event-ID", "is " + Fields.quoted(header), remedy);
        }
        return last.orElse(unlessSent);
    }

    /** What stands behind a prefix, such as {@code tag.}, with its values. */
    Map<String, String> texts(String prefix, String shown) {
        known.add(shown);
        Map<String, String> texts = new LinkedHashMap<>();
        unread.keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .toList()
                .forEach(name -> {
                    String value = Objects.requireNonNullElse(text(name), "");
                    texts.put(name.substring(prefix.length()), value);
                    known.remove(name);
                });
        return texts;
    }

    /** A time, or null. */
    @Nullable
    Instant time(String name) {
        String text = text(name);
        try {
            return text == null ? null : bounded(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException noTime) {
            fault(name, "is " + Fields.quoted(text), "write it like 2026-01-31T12:00:00Z");
            return null;
        }
    }

    /** Nothing ever happened beyond the times that Postgres has. */
    private static Instant bounded(Instant time) {
        return time.isBefore(FIRST) ? FIRST : time.isAfter(LAST) ? LAST : time;
    }

    /** Yes or no, or null. */
    @Nullable
    Boolean truth(String name) {
        String text = text(name);
        if (text == null || text.equals("true") || text.equals("false")) {
            return text == null ? null : Boolean.valueOf(text);
        }
        fault(name, "is " + Fields.quoted(text), "use true or false");
        return null;
    }

    /** A whole number, or null. */
    @Nullable
    Integer whole(String name, int least, int most) {
        Long number = number(name, least, most);
        return number == null ? null : number.intValue();
    }

    /** The number of a line or an event, of which there may be many; 0 where none is given. */
    long id(String name) {
        return Objects.requireNonNullElse(number(name, 0, Long.MAX_VALUE), 0L);
    }

    private @Nullable Long number(String name, long least, long most) {
        String text = text(name);
        try {
            long number = text == null ? least : Long.parseLong(text);
            if (number >= least && number <= most) {
                return text == null ? null : Long.valueOf(number);
            }
        } catch (NumberFormatException notWhole) {
            // Falls through to the one fault that covers both.
        }
        fault(name, "is " + Fields.quoted(String.valueOf(text)), "use a whole number from " + least + " to " + most);
        return null;
    }

    /** Whether the newest is to come first; the oldest does unless that is asked for. */
    boolean isNewestFirst() {
        return one("order", ORDERS, false);
    }

    /** The event before which the newest are to come first: beyond the last one for all; null for the oldest first. */
    @Nullable
    Integer newest(String before, int least) {
        Integer given = whole(before, least, Integer.MAX_VALUE);
        return isNewestFirst() && given == null ? Integer.valueOf(Integer.MAX_VALUE) : given;
    }

    int whole(String name, int least, int most, int unlessGiven) {
        return Objects.requireNonNullElse(whole(name, least, most), unlessGiven);
    }

    /** A whole number that must be given. */
    int required(String name, int least, int most) {
        if (!has(name)) {
            fault(name, "is missing", "use a whole number from " + least + " to " + most);
        }
        return whole(name, least, most, least);
    }

    private List<String> values(String name) {
        known.add(name);
        return Objects.requireNonNullElse(unread.remove(name), List.of());
    }
}
