package dev.postroad.runtime.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the console is made of, as it lies in the jar. Read when somebody first looks. Its version is in the address of each
 * file, so that browsers may keep them, and none is mixed with those of another release. Immutable.
 */
final class ConsoleFiles {
    private static final String FOLDER = "/postroad/console/";
    private static final String PAGE = "index.html";
    private static final String NOTHING = "nothing.html";
    /** Preact and htm in one module, as they are published. */
    private static final String PREACT = "/META-INF/resources/_static/htm/3.1.1/preact/standalone.module.js";

    private static final List<String> OWN = List.of(
            "console.css",
            "icon.svg",
            "agents.js",
            "api.js",
            "app.js",
            "breaker.js",
            "bulk.js",
            "commands.js",
            "cost.js",
            "definitions.js",
            "forms.js",
            "graph.js",
            "inbox.js",
            "letters.js",
            "listing.js",
            "operations.js",
            "publish.js",
            "run.js",
            "runs.js",
            "state.js",
            "stream.js",
            "task.js",
            "timeline.js",
            "trace.js",
            "ui.js",
            "events.js",
            "why.js");

    /** Comes to be when somebody first asks. */
    private static final class Read {
        private static final ConsoleFiles FILES = readAll();
    }

    private final Map<String, File> files;
    private final String version;
    private final byte[] page;
    private final byte[] nothing;

    /** A file with its media type. */
    static final class File {
        private final String type;
        private final byte[] bytes;

        private File(String type, byte[] bytes) {
            this.type = type;
            this.bytes = bytes;
        }

        String type() {
            return type;
        }

        /** Not to be changed. */
        byte[] bytes() {
            return bytes;
        }
    }

    private ConsoleFiles(Map<String, File> files) {
        this.files = Collections.unmodifiableMap(files);
        this.version = version(files);
        this.page = page(PAGE);
        this.nothing = page(NOTHING);
    }

    private byte[] page(String name) {
        return new String(bytes(FOLDER + name), StandardCharsets.UTF_8)
                .replace("@version@", version)
                .getBytes(StandardCharsets.UTF_8);
    }

    /** Those of this release. */
    static ConsoleFiles get() {
        return Read.FILES;
    }

    private static ConsoleFiles readAll() {
        Map<String, File> files = new LinkedHashMap<>();
        OWN.forEach(name -> files.put(name, new File(type(name), bytes(FOLDER + name))));
        files.put("preact.js", new File(type("preact.js"), bytes(PREACT)));
        return new ConsoleFiles(files);
    }

    private static String type(String name) {
        String ending = name.substring(name.lastIndexOf('.') + 1);
        return switch (ending) {
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "js" -> "text/javascript; charset=utf-8";
            default -> throw new IllegalArgumentException("what is " + name + "?");
        };
    }

    private static byte[] bytes(String resource) {
        try (InputStream in = Objects.requireNonNull(ConsoleFiles.class.getResourceAsStream(resource), resource)) {
            return in.readAllBytes();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(resource, unreadable);
        }
    }

    private static String version(Map<String, File> files) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            files.values().forEach(file -> digest.update(file.bytes()));
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    /** The page that loads the rest. */
    byte[] page() {
        return page;
    }

    /** The page that says that there is none. */
    byte[] nothing() {
        return nothing;
    }

    /** A file; null where this release has none of that name. */
    @Nullable
    File find(String wantedVersion, String name) {
        return version.equals(wantedVersion) ? files.get(name) : null;
    }
}
