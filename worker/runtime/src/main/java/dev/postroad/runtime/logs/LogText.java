package dev.postroad.runtime.logs;

/** Makes texts fit for Postgres. */
final class LogText {
    private static final char REPLACEMENT = '\uFFFD';

    private LogText() {}

    /** The text, cut to so many characters with a note of how many are missing, and without what UTF-8 or Postgres cannot hold. */
    static String fit(String text, int most) {
        String cut = text.length() <= most
                ? text
                : text.substring(0, most) + "… (" + (text.length() - most) + " characters more)";
        for (int i = 0; i < cut.length(); i++) {
            if (isUnfit(cut, i)) {
                return replaced(cut);
            }
        }
        return cut;
    }

    private static String replaced(String text) {
        StringBuilder fit = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            fit.append(isUnfit(text, i) ? REPLACEMENT : text.charAt(i));
        }
        return fit.toString();
    }

    private static boolean isUnfit(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        }
        return c == 0 || (Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1))));
    }
}
