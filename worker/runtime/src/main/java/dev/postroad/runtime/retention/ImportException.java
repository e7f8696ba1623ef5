package dev.postroad.runtime.retention;

/** A run cannot be brought back; nothing was changed. The message says what is wrong, where, and what to do. */
public final class ImportException extends Exception {
    private static final long serialVersionUID = 1L;

    ImportException(String message) {
        super(message);
    }

    static ImportException damaged(long line, String what) {
        return new ImportException("line " + line + ": " + what
                + "; the file is damaged, or no export of a run: take another copy of it, nothing was imported");
    }
}
