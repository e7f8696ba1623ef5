package dev.postroad.runtime.agent.attempt;

import java.util.Locale;
import java.util.regex.Pattern;

/** A pattern in which {@code *} stands for any characters but {@code /}. */
record Glob(String text, Pattern pattern) {
    static Glob of(String text) {
        StringBuilder regex = new StringBuilder();
        for (String part : text.split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : "[^/]*").append(Pattern.quote(part));
        }
        return new Glob(text, Pattern.compile(regex.toString()));
    }

    static Glob ofHost(String text) {
        return of(text.toLowerCase(Locale.ROOT));
    }

    boolean matches(String name) {
        return pattern.matcher(name).matches();
    }
}
