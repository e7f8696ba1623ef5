package dev.postroad.runtime.database;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Says what is wrong with Postgres, for operators. */
public final class PostgresTrouble {
    private static final String POOLER =
            "a pooler that shares its sessions stands before Postgres; set POSTROAD_POSTGRES_POOLER=transaction";
    private static final int LONGEST = 500;

    private PostgresTrouble() {}

    /** A sentence with what it is, what to do where something is to be done, and in brackets what Postgres says. */
    public static String say(Throwable failed) {
        String state = SqlVerdict.state(failed);
        String said = String.valueOf(innermost(failed).getMessage());
        String shown = said.length() > LONGEST ? said.substring(0, LONGEST) + "…" : said;
        return what(state, said) + " (" + (state == null ? "" : state + " ") + shown + ")";
    }

    /** Whether it comes of a pooler that shares its sessions, while the settings say that there is none. */
    public static boolean isOfPooler(Throwable failed) {
        String state = SqlVerdict.state(failed);
        return isOfPooler(state, String.valueOf(innermost(failed).getMessage()));
    }

    private static boolean isOfPooler(@Nullable String state, String said) {
        return "26000".equals(state) || "42P05".equals(state) || said.contains("unsupported startup parameter");
    }

    private static Throwable innermost(Throwable failed) {
        Throwable last = failed;
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException) {
                last = cause;
            }
        }
        return last;
    }

    private static String what(@Nullable String state, String said) {
        if (isOfPooler(state, said)) {
            return POOLER;
        }
        if (state == null || state.startsWith("08")) {
            return "Postgres cannot be reached";
        }
        return switch (state) {
            case "25006" -> "Postgres is read-only";
            case "42501" -> "the user of Postgres lacks a privilege; grant it";
            case "53100" -> "the disk of Postgres is full";
            case "53200" -> "Postgres is out of memory";
            case "53300" -> "Postgres takes no more connections";
            case "57014" -> "Postgres gave the statement up";
            case "57P04", "3D000" -> "the database is gone";
            default -> ofClass(state.substring(0, 2));
        };
    }

    private static String ofClass(String group) {
        return switch (group) {
            case "28" -> "Postgres refuses the user or the password";
            case "40", "55" -> "Postgres is in the way of itself";
            case "42", "3F" -> "the schema does not fit this release; run: postroad migrate";
            case "57" -> "Postgres ended the session, or is starting or stopping";
            case "58", "XX" -> "Postgres has a fault of its own";
            default -> "Postgres does not carry the statement out";
        };
    }
}
