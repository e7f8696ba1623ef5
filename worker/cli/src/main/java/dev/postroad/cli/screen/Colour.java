package dev.postroad.cli.screen;

/** What a terminal can do to a text. */
public enum Colour {
    NONE(""),
    FAINT("2"),
    RED("31"),
    GREEN("32"),
    YELLOW("33"),
    CYAN("36");

    private final String code;

    Colour(String code) {
        this.code = code;
    }

    /** The text, followed by a return to normal. */
    public String paint(String text) {
        return code.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
    }
}
