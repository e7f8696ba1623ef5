package dev.postroad.engine.expression;

import static java.util.Map.entry;

import dev.postroad.engine.expression.Function.Binary;
import dev.postroad.engine.expression.Function.Unary;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.temporal.ChronoField;
import java.util.Map;

/** All functions and operators, by the names that CEL's parser gives them. */
final class Functions {
    static final Map<String, Unary> UNARY = Map.ofEntries(
            entry("-_", Arithmetic::negate),
            entry("!_", (budget, value) -> Values.of(!Values.truth(value, "!"))),
            entry("size", Values::size),
            entry("type", (budget, value) -> Values.of(Values.type(value))),
            entry("int", Conversions::toInt),
            entry("uint", Conversions::toUint),
            entry("double", Conversions::toDouble),
            entry("string", Conversions::toText),
            entry("bytes", Conversions::toBytes),
            entry("bool", Conversions::toTruth),
            entry("timestamp", Times::timestamp),
            entry("duration", Times::duration),
            entry("lowerAscii", Texts::lower),
            entry("upperAscii", Texts::upper),
            entry("trim", Texts::trim),
            entry("strings.quote", Texts::quote),
            entry("reverse", Lists::reverse),
            entry("lists.range", Lists::range),
            entry("distinct", Lists::distinct),
            entry("sort", Lists::sort),
            entry("lists.@sortByAssociatedKeys", Lists::sortByKeys),
            entry("math.ceil", (budget, a) -> Maths.rounded(budget, a, "math.ceil", RoundingMode.CEILING)),
            entry("math.floor", (budget, a) -> Maths.rounded(budget, a, "math.floor", RoundingMode.FLOOR)),
            entry("math.trunc", (budget, a) -> Maths.rounded(budget, a, "math.trunc", RoundingMode.DOWN)),
            entry("math.round", Maths::round),
            entry("math.abs", Maths::abs),
            entry("math.sign", Maths::sign),
            entry("math.sqrt", Maths::sqrt),
            entry("math.bitNot", Maths::bitNot),
            entry(
                    "math.isNaN",
                    (budget, a) -> Values.of(Maths.number(a, "math.isNaN").isNull())),
            entry(
                    "math.isInf",
                    (budget, a) -> Values.of(Maths.number(a, "math.isInf").isNull())),
            entry(
                    "math.isFinite",
                    (budget, a) -> Values.of(Maths.number(a, "math.isFinite").isNumber())));

    static final Map<String, Binary> BINARY = Map.ofEntries(
            entry("_+_", Arithmetic::add),
            entry("_-_", Arithmetic::subtract),
            entry("_*_", Arithmetic::multiply),
            entry("_/_", Arithmetic::divide),
            entry("_%_", Arithmetic::remainder),
            entry("_==_", (budget, a, b) -> Values.of(Comparison.isSame(budget, a, b))),
            entry("_!=_", (budget, a, b) -> Values.of(!Comparison.isSame(budget, a, b))),
            entry("_<_", (budget, a, b) -> Values.of(Comparison.compare(budget, a, b) < 0)),
            entry("_<=_", (budget, a, b) -> Values.of(Comparison.compare(budget, a, b) <= 0)),
            entry("_>_", (budget, a, b) -> Values.of(Comparison.compare(budget, a, b) > 0)),
            entry("_>=_", (budget, a, b) -> Values.of(Comparison.compare(budget, a, b) >= 0)),
            entry("@in", Comparison::isIn),
            entry("contains", Texts::contains),
            entry("startsWith", Texts::startsWith),
            entry("endsWith", Texts::endsWith),
            entry("matches", Patterns::matches),
            entry("charAt", Texts::charAt),
            entry("sets.contains", Lists::containsAll),
            entry("sets.equivalent", Lists::isEquivalent),
            entry("sets.intersects", Lists::intersects),
            entry("math.bitAnd", (budget, a, b) -> Maths.bits(budget, a, b, "math.bitAnd", BigInteger::and)),
            entry("math.bitOr", (budget, a, b) -> Maths.bits(budget, a, b, "math.bitOr", BigInteger::or)),
            entry("math.bitXor", (budget, a, b) -> Maths.bits(budget, a, b, "math.bitXor", BigInteger::xor)),
            entry("math.bitShiftLeft", (budget, a, b) -> Maths.shift(budget, a, b, "math.bitShiftLeft", true)),
            entry("math.bitShiftRight", (budget, a, b) -> Maths.shift(budget, a, b, "math.bitShiftRight", false)));

    static final Map<String, Function> OTHERS = Map.ofEntries(
            entry("indexOf", Texts::indexOf),
            entry("lastIndexOf", Texts::lastIndexOf),
            entry("substring", Texts::substring),
            entry("join", Texts::join),
            entry("replace", Texts::replace),
            entry("split", Texts::split),
            entry("slice", Lists::slice),
            entry("flatten", Lists::flatten),
            entry("math.@max", Maths::greatest),
            entry("math.@min", Maths::least),
            entry("getFullYear", Times.part("getFullYear", LocalDateTime::getYear, null)),
            entry("getMonth", Times.part("getMonth", time -> time.getMonthValue() - 1L, null)),
            entry("getDayOfYear", Times.part("getDayOfYear", time -> time.getDayOfYear() - 1L, null)),
            entry("getDayOfMonth", Times.part("getDayOfMonth", time -> time.getDayOfMonth() - 1L, null)),
            entry("getDate", Times.part("getDate", LocalDateTime::getDayOfMonth, null)),
            // Sunday is the first day of CEL's week, and 0.
            entry(
                    "getDayOfWeek",
                    Times.part("getDayOfWeek", time -> time.getDayOfWeek().getValue() % 7, null)),
            entry("getHours", Times.part("getHours", LocalDateTime::getHour, Duration::toHours)),
            entry("getMinutes", Times.part("getMinutes", LocalDateTime::getMinute, Duration::toMinutes)),
            entry("getSeconds", Times.part("getSeconds", LocalDateTime::getSecond, Duration::toSeconds)),
            entry(
                    "getMilliseconds",
                    Times.part(
                            "getMilliseconds",
                            time -> time.get(ChronoField.MILLI_OF_SECOND),
                            duration -> duration.toMillis() % 1_000)));

    private Functions() {}
}
