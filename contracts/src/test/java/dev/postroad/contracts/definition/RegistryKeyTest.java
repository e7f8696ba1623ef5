package dev.postroad.contracts.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.contracts.json.FaultsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RegistryKeyTest {
    @Test
    void namesWhatARecordIsAbout() throws FaultsException {
        assertThat(RegistryKey.read("agent/a.b")).isEqualTo(new RegistryKey(RegistryKey.Kind.AGENT, "a.b"));
        assertThat(RegistryKey.read("graph/g")).hasToString("graph/g");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "agent", "agent/", "agent/ a", "graph/a/b", "Agent/a", "plugin/a"})
    void refusesWhatIsNoKeyAndSaysHowOneIsWritten(String text) {
        assertThatThrownBy(() -> RegistryKey.read(text))
                .isInstanceOf(FaultsException.class)
                .hasMessageContaining("use ");
    }
}
