package dev.postroad.cli.shell;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/** Why a file cannot be used, in words: what Java says of it is a class and the file's name. */
public final class FileTrouble {
    private FileTrouble() {}

    /**
     * The reason, as half a sentence.
     *
     * @param missing what is said where something is not there
     */
    public static String of(IOException failed, String missing) {
        return switch (failed) {
            case NoSuchFileException _ -> missing;
            case AccessDeniedException _ -> "as that is not allowed";
            default -> String.valueOf(failed.getMessage());
        };
    }
}
