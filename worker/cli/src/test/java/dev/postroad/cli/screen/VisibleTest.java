package dev.postroad.cli.screen;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
final class VisibleTest {
    @ParameterizedTest
    @CsvSource({
        "000A, \\n",
        "000D, \\r",
        "0009, \\t",
        "0000, \\u0000",
        "001B, \\u001b",
        "007F, \\u007f",
        "0085, \\u0085",
        "009B, \\u009b",
        "2028, \\u2028",
        "2029, \\u2029",
        "202E, \\u202e",
        "2066, \\u2066",
        "200F, \\u200f",
        "FEFF, \\ufeff",
        "E0041, \\udb40\\udc41",
    })
    void showsWhatWouldSteerATerminalOrEndALine(String codePoint, String shown) {
        String hidden = Character.toString(Integer.parseInt(codePoint, 16));
        assertThat(Visible.text("a" + hidden + "b")).isEqualTo("a" + shown + "b");
        assertThat(Text.cut("a" + hidden + "b", 100)).isEqualTo("a" + shown + "b");
    }

    @Test
    void leavesWhatIsSeenAsItIs() {
        String text = "Grüße, 世界, می‌خواهم, 👩‍🚀 \\n \"quoted\"";
        assertThat(Visible.text(text)).isEqualTo(text);
    }

    @Test
    void saysHowMuchOfALongTextIsLeftOut() {
        assertThat(Visible.text("x".repeat(100), 10)).isEqualTo("xxxxxxxxxx… (90 more characters)");
        assertThat(Visible.text("x".repeat(9) + "👩" + "x", 10)).isEqualTo("xxxxxxxxx… (3 more characters)");
    }

    @Test
    void paintsNothingButOurOwnColours() {
        assertThat(Colour.visible(Colour.RED.paint("a\nb") + "\u001b[41mc\u001b[2Jd"))
                .isEqualTo("\u001b[31ma\\nb\u001b[0m\\u001b[41mc\\u001b[2Jd");
    }
}
