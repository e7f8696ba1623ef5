package dev.postroad.cli.screen;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows below headings, in columns as wide as what stands in them. Confined to one thread. */
public final class Table {
    private static final String BETWEEN = "  ";

    private final List<Column> columns = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    private enum Side {
        LEFT,
        RIGHT
    }

    private record Column(String heading, Side side) {}

    /** Adds a column of words. */
    public Table words(String heading) {
        columns.add(new Column(heading, Side.LEFT));
        return this;
    }

    /** Adds a column of figures, which stand on the right. */
    public Table figures(String heading) {
        columns.add(new Column(heading, Side.RIGHT));
        return this;
    }

    /** Adds a row, with a cell for each column. */
    public void row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(cells.length + " cells do not fit " + columns.size() + " columns");
        }
        rows.add(Arrays.stream(cells).map(Visible::text).toList());
    }

    /** The headings and the rows. */
    public List<String> lines(Screen screen) {
        List<String> headings = columns.stream().map(Column::heading).toList();
        List<List<String>> all = new ArrayList<>();
        all.add(headings);
        all.addAll(rows);
        List<Integer> widths = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            int column = i;
            widths.add(all.stream()
                    .mapToInt(row -> Text.columns(row.get(column)))
                    .max()
                    .orElse(0));
        }
        return all.stream()
                .map(row -> screen.fit(Colour.NONE, line(row, widths)))
                .toList();
    }

    private String line(List<String> row, List<Integer> widths) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            cells.add(
                    switch (columns.get(i).side()) {
                        case LEFT -> Text.padded(row.get(i), widths.get(i));
                        case RIGHT -> Text.onTheRight(row.get(i), widths.get(i));
                    });
        }
        return String.join(BETWEEN, cells).stripTrailing();
    }
}
