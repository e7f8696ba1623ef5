package dev.postroad.contracts.schema;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The example messages; the name of a file begins with the name of its schema. */
final class Examples {
    private static final Path DIRECTORY = Path.of("examples", "messages");

    private Examples() {}

    /**
     * One example message.
     *
     * @param text what is in the file
     */
    record Example(String schema, String name, String text) {
        @Override
        public String toString() {
            return schema + "." + name;
        }
    }

    static Stream<Example> valid() {
        return in(DIRECTORY);
    }

    static Stream<Example> invalid() {
        return in(DIRECTORY.resolve("invalid"));
    }

    static Stream<Example> valid(String schema) {
        return valid().filter(example -> example.schema().equals(schema));
    }

    static Stream<Example> invalid(String schema) {
        return invalid().filter(example -> example.schema().equals(schema));
    }

    private static Stream<Example> in(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files
                    .filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(Examples::read)
                    .toList()
                    .stream();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Example read(Path file) {
        String[] parts = file.getFileName().toString().split("\\.", 3);
        try {
            return new Example(parts[0], parts[1], Files.readString(file));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
