package dev.postroad.runtime.registry;

/** Makes texts that quote what strangers sent fit for Postgres. */
final class StorableText {
    private static final int REPLACEMENT = 0xFFFD;

    private StorableText() {}

    /** The text, without what UTF-8 or Postgres cannot hold, and not much longer than so many characters. */
    static String of(String text, int most) {
        StringBuilder fit = new StringBuilder();
        text.codePoints().limit(most).map(StorableText::storable).forEach(fit::appendCodePoint);
        if (text.codePointCount(0, text.length()) > most) {
            fit.append('…');
        }
        return fit.toString();
    }

    private static int storable(int codePoint) {
        boolean unstorable = codePoint == 0 || Character.getType(codePoint) == Character.SURROGATE;
        return unstorable ? REPLACEMENT : codePoint;
    }
}
