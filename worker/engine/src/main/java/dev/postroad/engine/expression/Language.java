package dev.postroad.engine.expression;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * CEL's grammar and type check, with the extensions for strings, math, lists, sets and bindings, over some variables. CEL's
 * own library evaluates nothing: its numbers are not JSON's, and it counts nothing but iterations. Thread-safe.
 */
final class Language {
    private static final CelOptions OPTIONS = CelOptions.current()
            .enableHeterogeneousNumericComparisons(true)
            .maxExpressionCodePointSize(Expression.MAX_CHARACTERS)
            .maxParseRecursionDepth(100)
            .build();

    private final CelCompiler compiler;

    private Language(CelCompiler compiler) {
        this.compiler = compiler;
    }

    static Language over(List<String> variables) {
        CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder();
        variables.forEach(name -> builder.addVar(name, SimpleType.DYN));
        return new Language(builder.setOptions(OPTIONS)
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .addLibraries(
                        CelExtensions.strings(),
                        CelExtensions.math(),
                        CelExtensions.lists(),
                        CelExtensions.sets(OPTIONS),
                        CelExtensions.bindings())
                .build());
    }

    Language with(Collection<String> others) {
        CelCompilerBuilder more = compiler.toCompilerBuilder();
        others.forEach(name -> more.addVar(name, SimpleType.DYN));
        return new Language(more.build());
    }

    CelAbstractSyntaxTree checked(String text) throws ExpressionException {
        try {
            return compiler.check(Loosened.of(compiler.parse(text).getAst())).getAst();
        } catch (CelValidationException unsound) {
            String faults =
                    unsound.getErrors().stream().map(Language::described).collect(Collectors.joining("; "));
            throw new ExpressionException(faults, unsound);
        } catch (RuntimeException unsound) {
            throw new ExpressionException(String.valueOf(unsound.getMessage()), unsound);
        }
    }

    /** On one line, as it goes into lists of faults and rejection events; CEL's own text draws an arrow below a quote. */
    private static String described(CelIssue fault) {
        CelSourceLocation at = fault.getSourceLocation();
        String message = fault.getMessage().replace(" (in container '')", "");
        // A fault of the whole text has no line.
        return at.getLine() < 1 ? message : at.getLine() + ":" + (at.getColumn() + 1) + ": " + message;
    }
}
