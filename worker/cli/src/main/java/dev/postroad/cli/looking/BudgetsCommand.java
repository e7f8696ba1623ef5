package dev.postroad.cli.looking;

import dev.postroad.cli.screen.Table;
import dev.postroad.cli.servers.Need;
import dev.postroad.cli.servers.Servers;
import dev.postroad.cli.shell.ExitCode;
import dev.postroad.cli.shell.Surroundings;
import dev.postroad.contracts.json.FaultsException;
import dev.postroad.runtime.history.budgets.BudgetReport;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "budgets",
        description =
                "Show what was spent of the budgets that runs share, in the periods that count now, by graph and key.")
final class BudgetsCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Option(names = "--json", description = "Print JSON, one budget a line.")
    private boolean json;

    BudgetsCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws FaultsException {
        List<BudgetReport> budgets =
                Servers.open(surroundings, Need.POSTGRES).history().budgets();
        if (json) {
            budgets.forEach(budget -> surroundings.print(budget.toJson().toString()));
        } else {
            table(budgets).lines(surroundings.page()).forEach(surroundings::print);
        }
        return ExitCode.COMPLETED;
    }

    private static Table table(List<BudgetReport> budgets) {
        Table table = new Table()
                .words("GRAPH")
                .words("KEY")
                .words("PER")
                .figures("TOKENS")
                .figures("COST")
                .words("STATE");
        for (BudgetReport budget : budgets) {
            table.row(
                    budget.graph(),
                    budget.key(),
                    budget.per(),
                    of(String.format(Locale.ROOT, "%,d", budget.tokens()), budget.mostTokens()),
                    of(budget.cost().stripTrailingZeros().toPlainString(), budget.mostCost()),
                    budget.isExceeded() ? "used up: " + budget.onExceeded() : "");
        }
        return table;
    }

    private static String of(String used, @Nullable Number most) {
        return most == null ? used : used + " of " + most;
    }
}
