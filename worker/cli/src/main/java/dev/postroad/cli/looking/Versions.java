package dev.postroad.cli.looking;

import dev.postroad.cli.screen.Table;
import dev.postroad.contracts.message.EventType;
import dev.postroad.runtime.history.past.StateVersion;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes how states came to be. */
final class Versions {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS", Locale.ROOT);

    private Versions() {}

    static Table table(List<StateVersion> versions, ZoneId zone) {
        Table table = new Table()
                .figures("VERSION")
                .words("TIME")
                .words("BY")
                .words("CHANGED")
                .words("NEXT");
        for (StateVersion version : versions) {
            table.row(
                    String.valueOf(version.version()),
                    TIME.format(version.at().atZone(zone)),
                    by(version),
                    String.join(", ", version.changed()),
                    counted(version.next()));
        }
        return table;
    }

    private static String by(StateVersion version) {
        String people = version.by().isEmpty() ? "" : " (" + String.join(", ", version.by()) + ")";
        return maker(version) + people;
    }

    private static String maker(StateVersion version) {
        String nodes = counted(version.nodes());
        if (version.type() == EventType.NODE_COMPLETED && !nodes.isEmpty()) {
            return nodes;
        }
        return version.type().publicName() + (nodes.isEmpty() ? "" : ": " + nodes);
    }

    /** Each name once, with how often it stands there. */
    private static String counted(List<String> names) {
        return names.stream()
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(name -> name.getValue() == 1 ? name.getKey() : name.getKey() + " ×" + name.getValue())
                .collect(Collectors.joining(", "));
    }
}
