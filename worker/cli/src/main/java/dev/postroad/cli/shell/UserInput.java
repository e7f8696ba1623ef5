package dev.postroad.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.contracts.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads what an argument gives: the text itself, {@code @file}, or {@code -} for the standard input. */
public final class UserInput {
    private UserInput() {}

    /**
     * A JSON object.
     *
     * @param option the option that the argument belongs to, for messages
     */
    public static ObjectNode object(String option, String argument, InputStream in) {
        if (read(option, argument, "", in) instanceof ObjectNode object) {
            return object;
        }
        throw CommandException.usage(option + ": is no JSON object; write it as {\"channel\": value, …}");
    }

    /**
     * Any JSON.
     *
     * @param option the option that the argument belongs to, for messages
     */
    public static JsonNode json(String option, String argument, InputStream in) {
        return read(option, argument, "; a text has quotes of its own, such as '\"yes\"'", in);
    }

    private static JsonNode read(String option, String argument, String hint, InputStream in) {
        byte[] bytes = bytes(option, argument, in);
        try {
            return Json.read(bytes);
        } catch (FaultsException unreadable) {
            throw CommandException.usage(option + ": " + unreadable.getMessage() + hint);
        }
    }

    /** The content of a file, or of the standard input. */
    public static String text(String file, InputStream in) {
        return new String(bytes(file, file.equals("-") ? file : "@" + file, in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String what, String argument, InputStream in) {
        try {
            if (argument.equals("-")) {
                return in.readAllBytes();
            }
            return argument.startsWith("@")
                    ? Files.readAllBytes(Path.of(argument.substring(1)))
                    : argument.getBytes(StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw CommandException.usage(what + ": cannot be read, " + FileTrouble.of(unreadable, "as it is not there")
                    + "; name a file that is there");
        } catch (InvalidPathException noPath) {
            throw CommandException.usage(what + ": cannot be read, as that is no path; name a file that is there");
        }
    }
}
