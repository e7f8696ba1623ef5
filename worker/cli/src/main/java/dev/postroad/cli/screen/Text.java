package dev.postroad.cli.screen;

import java.time.Duration;
import java.util.Locale;

/** Puts values into words and columns. */
public final class Text {
    private static final int FIRST_WIDE_CODE_POINT = 0x1100;

    private Text() {}

    /** A duration at a glance: {@code 40 ms}, {@code 2.4 s}, {@code 12 s}, {@code 3 min 05 s}, {@code 2 h 10 min}. */
    public static String of(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 1) {
            return duration.toMillis() + " ms";
        }
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
        }
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", seconds / 3600, seconds / 60 % 60);
    }

    /** A share from 0 to 1 as a percentage. */
    public static String percent(double share) {
        return String.format(Locale.ROOT, "%3d %%", (int) Math.floor(share * 100));
    }

    /** The text with blanks behind it. */
    public static String padded(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - columns(text)));
    }

    /** The text with blanks before it. */
    public static String onTheRight(String text, int columns) {
        return " ".repeat(Math.max(0, columns - columns(text))) + text;
    }

    /** How many columns of a terminal a text takes. */
    public static int columns(String text) {
        return text.codePoints().map(Text::columns).sum();
    }

    /** One line of at most so many columns, with nothing hidden in it. */
    public static String cut(String text, int columns) {
        StringBuilder line = new StringBuilder();
        int width = 0;
        for (int codePoint : Visible.text(text).codePoints().toArray()) {
            width += columns(codePoint);
            if (width > columns && line.isEmpty()) {
                return "";
            }
            if (width > columns) {
                line.setLength(line.offsetByCodePoints(line.length(), -1));
                return line.append('…').toString();
            }
            line.appendCodePoint(codePoint);
        }
        return line.toString().stripTrailing();
    }

    /** The last line of a text that is not blank; empty where there is none. */
    public static String lastLine(String text) {
        return text.lines().filter(line -> !line.isBlank()).reduce("", (before, line) -> line);
    }

    /** The end of a line, of at most so many columns. */
    public static String tail(String line, int columns) {
        if (columns(line) <= columns) {
            return line;
        }
        int begin = line.length();
        int width = 1;
        while (begin > 0 && width + columns(line.codePointBefore(begin)) <= columns) {
            int codePoint = line.codePointBefore(begin);
            width += columns(codePoint);
            begin -= Character.charCount(codePoint);
        }
        return "…" + line.substring(begin);
    }

    /** Of two columns are nearly all characters from here on; a few that are of one are cut too early. */
    private static int columns(int codePoint) {
        return codePoint >= FIRST_WIDE_CODE_POINT && !isNarrowSymbol(codePoint) ? 2 : 1;
    }

    private static boolean isNarrowSymbol(int codePoint) {
        return codePoint >= 0x2000 && codePoint < 0x2E80;
    }
}
