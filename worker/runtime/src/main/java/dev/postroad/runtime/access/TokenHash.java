package dev.postroad.runtime.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What is kept of a token: the SHA-256 of its bytes, as 64 hexadecimal digits. Tokens are long and random, so that nothing
 * slower makes them harder to find.
 *
 * @param hex in small letters
 */
record TokenHash(String hex) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");
    private static final int RANDOM_BYTES = 32;

    TokenHash {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("a hash has 64 hexadecimal digits");
        }
    }

    static boolean isOne(String text) {
        return HEX.matcher(text.toLowerCase(Locale.ROOT)).matches();
    }

    static TokenHash read(String text) {
        return new TokenHash(text.toLowerCase(Locale.ROOT));
    }

    static TokenHash of(String token) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
            return new TokenHash(HexFormat.of().formatHex(digest));
        } catch (NoSuchAlgorithmException everyJavaHasIt) {
            throw new IllegalStateException(everyJavaHasIt);
        }
    }

    /** A token that nobody can guess. */
    static String newToken(SecureRandom random) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Takes the same time wherever they differ. */
    boolean isSame(TokenHash other) {
        return MessageDigest.isEqual(
                hex.getBytes(StandardCharsets.US_ASCII), other.hex.getBytes(StandardCharsets.US_ASCII));
    }

    /** Leaves it out. */
    @Override
    public String toString() {
        return "a hash";
    }
}
