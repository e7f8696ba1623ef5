package dev.postroad.runtime.config;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Fields;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads values and notes every fault, so that all are reported at once. Not thread-safe. */
final class SettingReader {
    private final Variables variables;
    private final List<Fault> faults;

    SettingReader(Variables variables) {
        this.variables = variables;
        faults = new ArrayList<>(variables.faults());
    }

    void throwFaults() throws FaultsException {
        if (!faults.isEmpty()) {
            throw new FaultsException(faults);
        }
    }

    void fault(Setting setting, String problem, String remedy) {
        fault(setting.variable(), problem, remedy);
    }

    /** Of a variable that is not ours. */
    void fault(String variable, String problem, String remedy) {
        faults.add(new Fault(variable, problem, remedy));
    }

    boolean truth(Setting setting) {
        String value = required(setting, "use true or false").strip();
        if (!value.equals("true") && !value.equals("false")) {
            fault(setting, "is " + Fields.quoted(value), "use true or false");
        }
        return value.equals("true");
    }

    /** A text, or null. */
    @Nullable
    String text(Setting setting) {
        return variables.value(setting).orElse(null);
    }

    /** A text that must be set; a fault and an empty text otherwise. */
    String required(Setting setting, String remedy) {
        String value = text(setting);
        if (value == null) {
            fault(setting, "is not set", remedy);
        }
        return value == null ? "" : value;
    }

    /** A text that matches, or an empty one where it is not set or does not match. */
    String matching(Setting setting, Pattern pattern, String rule) {
        String value = text(setting);
        if (value == null || pattern.matcher(value).matches()) {
            return value == null ? "" : value;
        }
        fault(setting, "is " + Fields.quoted(value), "use " + rule);
        return "";
    }

    /** A folder that is there, or null. */
    @Nullable
    Path folder(Setting setting) {
        String value = text(setting);
        if (value == null) {
            return null;
        }
        try {
            Path folder = Path.of(value.strip());
            if (Files.isDirectory(folder) && Files.isReadable(folder)) {
                return folder;
            }
        } catch (InvalidPathException noPath) {
            // Falls through to the one fault that covers both.
        }
        fault(
                setting,
                "is " + Fields.quoted(value) + ", which is no folder that can be read",
                "make it, or name another");
        return null;
    }

    /** A file that can be read, or null. */
    @Nullable
    Path file(Setting setting, String remedy) {
        String value = text(setting);
        if (value == null) {
            return null;
        }
        try {
            Path file = Path.of(value.strip());
            if (Files.isRegularFile(file) && Files.isReadable(file)) {
                return file;
            }
        } catch (InvalidPathException noPath) {
            // Falls through to the one fault that covers both.
        }
        fault(setting, "is " + Fields.quoted(value) + ", which is no file that can be read", remedy);
        return null;
    }

    int whole(Setting setting, int least, int most) {
        String value = required(setting, "give a number");
        try {
            int number = Integer.parseInt(value.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException notWhole) {
            // Falls through to the one fault that covers both.
        }
        fault(setting, "is " + Fields.quoted(value), "use a whole number from " + least + " to " + most);
        return least;
    }

    Duration duration(Setting setting, Duration least, Duration most) {
        String value = required(setting, "give a duration");
        try {
            Duration duration = Duration.parse(value.strip());
            if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                return duration;
            }
        } catch (DateTimeParseException | ArithmeticException notADuration) {
            // Falls through to the one fault that covers both.
        }
        fault(setting, "is " + Fields.quoted(value), "use an ISO-8601 duration from " + least + " to " + most);
        return least;
    }
}
