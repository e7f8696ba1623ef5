package dev.postroad.runtime.agent.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What definitions may refer to. */
@NullMarked
final class SecretRulesTest {
    private static final List<String> OWN = List.of("the-password-of-postgres", "short");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void onlyVariablesForAgentsAreGivenWhereNothingIsListed() {
        SecretRules rules = SecretRules.of(null, OWN, List.of());
        assertThat(rules.refusesVariable("POSTROAD_AGENT_KEY", "x")).isEmpty();
        assertThat(rules.refusesVariable("STRIPE_KEY", "x")).isPresent();
        assertThat(rules.refusesVariable("HOME", null)).isPresent();
    }

    @Test
    void whatIsListedIsGivenAndNothingElse() {
        SecretRules rules = SecretRules.of("env:STRIPE_*, file:agents/*", OWN, List.of());
        assertThat(rules.refusesVariable("STRIPE_KEY", "x")).isEmpty();
        assertThat(rules.refusesVariable("MY_STRIPE_KEY", "x")).isPresent();
        assertThat(rules.refusesVariable("POSTROAD_AGENT_KEY", "x")).isPresent();
        assertThat(rules.refusesFile(folder, "agents/stripe")).isEmpty();
        assertThat(rules.refusesFile(folder, "agents/deep/stripe")).isPresent();
        assertThat(rules.refusesFile(folder, "stripe")).isPresent();
    }

    @Test
    void theWorkersOwnSecretsAreGivenUnderNoName() throws IOException {
        SecretRules rules = SecretRules.of("env:*, file:*", OWN, List.of(folder.resolve("password")));
        assertThat(rules.refusesVariable("PGPASSWORD", "the-password-of-postgres"))
                .isPresent();
        assertThat(rules.refusesVariable("DATABASE_URL", "postgres://u:the-password-of-postgres@p/d"))
                .isPresent();
        assertThat(rules.refusesVariable("X", "short")).isPresent();
        assertThat(rules.refusesVariable("X", "shortly")).isEmpty();
        Path own = Files.writeString(folder.resolve("password"), "another one");
        Path link = Files.createSymbolicLink(folder.resolve("link"), own);
        assertThat(rules.refusesContent(link, "another one")).isPresent();
        Path copy = Files.writeString(folder.resolve("copy"), "the-password-of-postgres");
        assertThat(rules.refusesContent(copy, "the-password-of-postgres")).isPresent();
        assertThat(rules.refusesContent(folder.resolve("other"), "theirs")).isEmpty();
    }

    @Test
    void aFolderThatHoldsTheWorkersOwnIsClosedWhereNothingIsListed() {
        assertThat(SecretRules.of(null, OWN, List.of(folder.resolve("password")))
                        .refusesFile(folder, "any"))
                .isPresent();
        assertThat(SecretRules.of(null, OWN, List.of(folder.resolve("deep/password")))
                        .refusesFile(folder, "any"))
                .isEmpty();
    }
}
