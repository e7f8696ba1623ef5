package dev.postroad.cli.screen;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a terminal can do to a text. */
public enum Colour {
    NONE(""),
    FAINT("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    CYAN("36");

    private static final Pattern PAINT = Pattern.compile("\u001b\\[(?:0|2|31|32|33|36)m");

    private final String code;

    Colour(String code) {
        this.code = code;
    }

    /** A line with nothing hidden in it but colours of ours. */
    public static String visible(String line) {
        StringBuilder visible = new StringBuilder();
        Matcher colour = PAINT.matcher(line);
        int begin = 0;
        for (; colour.find(); begin = colour.end()) {
            visible.append(Visible.text(line.substring(begin, colour.start()))).append(colour.group());
        }
        return visible.append(Visible.text(line.substring(begin))).toString();
    }

    /** The text, followed by a return to normal. */
    public String paint(String text) {
        return code.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
