package dev.postroad.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.postroad.cli.screen.Screen.Colours;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
final class TableTest {
    @Test
    void makesColumnsAsWideAsWhatStandsInThem() {
        assertThat(table().lines(Screen.PAPER))
                .containsExactly("NAME   COUNT  NOTE", "語語       7  both wide", "short  1,200");
    }

    @Test
    void cutsLinesToTheScreen() {
        assertThat(table().lines(new Screen(20, 24, Colours.UNUSED))).contains("語語       7  both…");
    }

    @Test
    void refusesARowThatDoesNotFit() {
        assertThatThrownBy(() -> table().row("one")).hasMessage("1 cells do not fit 3 columns");
    }

    private static Table table() {
        Table table = new Table().words("NAME").figures("COUNT").words("NOTE");
        table.row("語語", "7", "both wide");
        table.row("short", "1,200", "");
        return table;
    }
}
