package dev.postroad.contracts.json;

import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Numbers that are written with a point or an exponent, without the loss of a digit: what a double tells from all others
 * becomes a double, anything else a decimal. Equal numbers give equal nodes, and those of a usual size are written out
 * ({@code 12345678.0}, not {@code 1.2345678E7}).
 */
final class Decimals extends JsonNodeFactory {
    private static final long serialVersionUID = 1L;

    /** Below ten to this, and above its like below, Java writes a double without an exponent. */
    private static final int PLAIN_DOUBLES_BELOW = 7;

    private static final int PLAIN_DOUBLES_FROM = -3;
    private static final int PLAIN_BELOW = 21;
    private static final int PLAIN_FROM = -6;
    private static final int DIGITS_OF_EVERY_DOUBLE = 15;

    static final Decimals NODES = new Decimals();

    private Decimals() {
        super(true);
    }

    @Override
    public ValueNode numberNode(BigDecimal value) {
        return node(value);
    }

    static NumericNode node(BigDecimal value) {
        if (value.signum() == 0) {
            return DoubleNode.valueOf(0);
        }
        long exponent = (long) value.precision() - value.scale() - 1;
        boolean plainDouble = exponent >= PLAIN_DOUBLES_FROM && exponent < PLAIN_DOUBLES_BELOW;
        if (plainDouble && value.precision() <= DIGITS_OF_EVERY_DOUBLE) {
            return DoubleNode.valueOf(value.doubleValue());
        }
        double nearest = value.doubleValue();
        boolean exact = Double.isFinite(nearest)
                && nearest != 0
                && BigDecimal.valueOf(nearest).compareTo(value) == 0;
        if (exact && plainDouble) {
            return DoubleNode.valueOf(nearest);
        }
        BigDecimal shortest = value.stripTrailingZeros();
        boolean plain = exponent >= PLAIN_FROM && exponent < PLAIN_BELOW;
        if (exact && !plain) {
            return DoubleNode.valueOf(nearest);
        }
        // Digits alone would be read back as a whole number.
        boolean digitsAlone = shortest.scale() == 0 || (plain && shortest.scale() < 0);
        return DecimalNode.valueOf(digitsAlone ? shortest.setScale(1, RoundingMode.UNNECESSARY) : shortest);
    }

    static NumericNode node(double value) {
        double size = Math.abs(value);
        return (size >= 1e-3 && size < 1e7) || !Double.isFinite(value)
                ? DoubleNode.valueOf(value)
                : node(BigDecimal.valueOf(value));
    }
}
