package dev.postroad.runtime.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.json.FaultsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokensTest {
    private static final String HASH = "a".repeat(64);

    @TempDir
    private Path folder = Path.of("");

    @Test
    void knowsACallerByTheTokenWhoseHashStandsInALine() throws FaultsException {
        TokenLine.New made = TokenLine.generate("ada", Role.OPERATOR, Map.of("tenant", "acme"), new SecureRandom());
        assertThat(made.line()).matches("ada:operator:tenant=acme:[0-9a-f]{64}").doesNotContain(made.token());
        Tokens tokens = new Tokens(new TokenSettings(null, TokenSettings.read("# people\n\n" + made.line()), null));
        assertThat(tokens.principal(made.token()))
                .contains(new Principal("ada", Principal.Kind.NAMED, Role.OPERATOR, Map.of("tenant", "acme")));
        assertThat(tokens.principal(made.token() + "x")).isEmpty();
        assertThat(tokens.principal("")).isEmpty();
        assertThat(tokens.principal(made.line().replaceFirst(".*:", ""))).isEmpty();
    }

    /** So that operators can make one with what is on every machine: {@code printf %s TOKEN | sha256sum}. */
    @Test
    void hashesTheBytesOfTheTokenWithSha256() {
        assertThat(TokenHash.of("abc").hex())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ada | line 1: is no line of a token; write name:role[:tag=value…]:token-hash, as postroad token prints it",
                "ada:boss:HASH | line 1: names no role for \"ada\"; use reader, operator or admin",
                ":admin:HASH | line 1: begins with no name; use 1 to 100 of A-Z a-z 0-9 . _ @ -, not beginning with . _ @ -",
                "ada:reader:tenant:HASH | line 1: has no tag between its role and its hash; write tag=value",
                "ada:reader:t=1:t=2:HASH | line 1: names a tag twice; keep one of the two",
                "ada:reader:my-own-secret | line 1: ends in no hash of a token; end it with the SHA-256 of the token, 64"
                        + " hexadecimal digits, as postroad token prints it",
            })
    void saysWhatIsWrongWithALineAndRepeatsNoSecret(String line, String message) {
        assertThatThrownBy(() -> TokenSettings.read(line.replace("HASH", HASH)))
                .hasMessage(message)
                .hasMessageNotContaining("secret");
    }

    @Test
    void followsItsFileAndKeepsWhoWasKnownWhileThatIsBroken() throws IOException {
        TokenLine.New old = TokenLine.generate("ada", Role.READER, Map.of(), new SecureRandom());
        TokenLine.New young = TokenLine.generate("ada", Role.READER, Map.of(), new SecureRandom());
        Path file = Files.writeString(folder.resolve("tokens"), old.line());
        Tokens tokens = new Tokens(new TokenSettings("the-one-without-a-name", List.of(), file));
        assertThat(tokens.principal(old.token())).isPresent();
        Files.writeString(file, old.line() + "\n" + young.line() + "\n");
        tokens.reload();
        assertThat(tokens.principal(old.token())).isEqualTo(tokens.principal(young.token()));
        Files.writeString(file, young.line().substring(0, 40));
        tokens.reload();
        assertThat(tokens.principal(young.token())).isPresent();
        Files.delete(file);
        tokens.reload();
        assertThat(tokens.principal(young.token())).isPresent();
        Files.writeString(file, young.line());
        tokens.reload();
        assertThat(tokens.principal(old.token())).isEmpty();
        assertThat(tokens.principal("the-one-without-a-name")).contains(Principal.SHARED);
        Files.writeString(file, "");
        tokens.reload();
        assertThat(tokens.principal(young.token())).isEmpty();
        assertThat(tokens.areAsked()).isTrue();
    }

    @Test
    void changesAreMadeInTheNameOfTheTokenAndOfNobodyElse() {
        Principal named = new Principal("ada", Principal.Kind.NAMED, Role.ADMIN, Map.of());
        assertThat(named.by("grace")).isEqualTo("ada");
        assertThat(Principal.SHARED.by("grace")).isEqualTo("grace");
        assertThat(Principal.SHARED.by(null)).isEqualTo("admin");
        assertThat(Principal.MACHINE.by("grace")).isEqualTo("grace");
        assertThat(Principal.MACHINE.by(null)).isNull();
    }

    @Test
    void seesTheRunsThatCarryAllOfItsTags() {
        Principal bounded =
                new Principal("ada", Principal.Kind.NAMED, Role.READER, Map.of("tenant", "acme", "team", "a"));
        assertThat(bounded.sees(Map.of("tenant", "acme", "team", "a", "more", "x")))
                .isTrue();
        assertThat(bounded.sees(Map.of("tenant", "acme"))).isFalse();
        assertThat(bounded.sees(Map.of("tenant", "acme", "team", "b"))).isFalse();
        assertThat(Principal.MACHINE.sees(Map.of())).isTrue();
    }

    @Test
    void tellsNoHashToLogs() throws FaultsException {
        assertThat(TokenSettings.read("ada:admin:" + HASH).toString()).doesNotContain(HASH);
    }

    @Test
    void keepsBackTheAnswerToEachWrongTokenLongerButNotForEver() {
        try (WrongTokens wrong = new WrongTokens()) {
            List<Long> pauses = java.util.stream.Stream.generate(() -> wrong.pauseMillis("10.0.0.7"))
                    .limit(20)
                    .toList();
            assertThat(pauses).isSorted().startsWith(0L, 0L).endsWith(5_000L).contains(100L, 200L, 400L);
            assertThat(wrong.pauseMillis("10.0.0.8")).isZero();
            wrong.forgive("10.0.0.7");
            assertThat(wrong.pauseMillis("10.0.0.7")).isZero();
        }
    }

    @Test
    void takesTheAddressesOfOneNetworkForOneCaller() {
        try (WrongTokens wrong = new WrongTokens()) {
            for (int i = 0; i < 10; i++) {
                long _ = wrong.pauseMillis("2001:db8:1:2::" + i);
            }
            assertThat(wrong.pauseMillis("2001:db8:1:2:ffff::9")).isPositive();
            assertThat(wrong.pauseMillis("2001:db8:1:3::1")).isZero();
        }
    }
}
