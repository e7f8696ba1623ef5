package dev.postroad.cli.arguments;

import picocli.CommandLine.TypeConversionException;

/** Reads whole numbers of arguments. */
public final class WholeArgument {
    private WholeArgument() {}

    /** Reads one. */
    public static int read(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException noNumber) {
            throw new TypeConversionException("is \"" + text + "\"; use a whole number");
        }
    }
}
