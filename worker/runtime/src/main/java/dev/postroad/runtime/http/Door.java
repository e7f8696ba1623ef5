package dev.postroad.runtime.http;

import dev.postroad.runtime.access.Tokens;
import dev.postroad.runtime.access.WrongTokens;
import dev.postroad.runtime.background.Rounds;
import dev.postroad.runtime.config.ListenSettings;
import java.time.InstantSource;

/** Who is let in, which may change while the worker runs. Owns the thread that looks for changes; thread-safe. */
final class Door implements AutoCloseable {
    private static final long MILLIS_BETWEEN_LOOKS = 500;

    private final WrongTokens wrong = new WrongTokens();
    private final Guard guard;
    private final Rounds looks;

    Door(ListenSettings settings, InstantSource clock) {
        Tokens tokens = new Tokens(settings.tokens());
        guard = new Guard(tokens, wrong);
        looks = new Rounds("postroad-http-tokens", "changed tokens", MILLIS_BETWEEN_LOOKS, clock, tokens::reload);
    }

    Guard guard() {
        return guard;
    }

    void start() {
        looks.start();
    }

    @Override
    public void close() {
        wrong.close();
        looks.close();
    }
}
