package dev.postroad.runtime.config;

import dev.postroad.contracts.json.Fault;
import dev.postroad.contracts.json.Fields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Takes a secret from a file, as container platforms hand it over; what the file holds is in no message. */
final class SecretFile {
    private static final long MOST_BYTES = 64 << 10;

    private SecretFile() {}

    /** Puts what the file holds, without the line's end, in the place of the variable that names it. */
    static void replace(Map<String, String> variables, String secret, List<Fault> faults) {
        String variable = secret + Setting.FILE_SUFFIX;
        String file = variables.remove(variable);
        if (file == null) {
            return;
        }
        if (variables.containsKey(secret)) {
            faults.add(new Fault(variable, "stands beside " + secret, "keep one of the two"));
            return;
        }
        try {
            Path path = Path.of(file.strip());
            if (Files.size(path) <= MOST_BYTES) {
                String value = Files.readString(path).stripTrailing();
                if (!value.isEmpty()) {
                    variables.put(secret, value);
                    return;
                }
            }
            faults.add(new Fault(
                    variable,
                    "names " + Fields.quoted(file) + ", which is empty or too long for a secret",
                    "name a file with the secret alone"));
        } catch (IOException | InvalidPathException unreadable) {
            faults.add(new Fault(
                    variable,
                    "names " + Fields.quoted(file) + ", which cannot be read ("
                            + unreadable.getClass().getSimpleName() + ")",
                    "name a file with the secret alone"));
        }
    }
}
