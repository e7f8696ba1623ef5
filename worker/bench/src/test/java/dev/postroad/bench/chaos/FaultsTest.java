package dev.postroad.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FaultsTest {
    @Test
    void refusesEveryFaultThatItDoesNotKnowInOneLineThatNamesThoseThatThereAre() {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(new CommandLine(new Chaos()).execute("--only", "sigstop,kill -9,kill"))
                    .isEqualTo(2);
        } finally {
            System.setErr(before);
        }
        assertThat(said.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .startsWith("--only sigstop,kill is not known; use some of ")
                .contains("kill -9,SIGSTOP,", "clock moved", "disk of Postgres full");
    }

    @Test
    void noTwoFaultsHaveTheSameName() {
        assertThat(Faults.names()).doesNotHaveDuplicates();
    }
}
