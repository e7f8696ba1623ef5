package dev.postroad.runtime.drawing;

import dev.postroad.runtime.drawing.Drawing.Box;
import dev.postroad.runtime.drawing.Drawing.Corner;
import dev.postroad.runtime.drawing.Drawing.Line;
import dev.postroad.runtime.drawing.Drawing.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.core.RecursiveGraphLayoutEngine;
import org.eclipse.elk.core.math.ElkPadding;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeLabelPlacement;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.BasicProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkLabel;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;
import org.jspecify.annotations.Nullable;

/** Places the boxes and lines of a picture, by the layered algorithm of Eclipse ELK. Confined to one thread. */
public final class GraphLayout {
    private static final double WIDTH_OF_NAME = 7.6;
    private static final double WIDTH_OF_NOTE = 6.2;
    private static final double HEIGHT = 46;
    private static final double HEIGHT_OF_LOW = 26;
    private static final double LEAST_WIDTH = 96;
    private static final double MOST_WIDTH = 320;
    private static final int MOST_OF_LABEL = 44;
    private static final double HEIGHT_OF_LABEL = 16;
    private static final double HEIGHT_OF_TITLE = 40;

    private final Map<ElkEdge, Line> lines = new LinkedHashMap<>();
    private final List<Box> boxes = new ArrayList<>();

    private GraphLayout() {}

    /** Lays a picture out, from top to bottom. */
    public static Drawing of(Picture picture) {
        return new GraphLayout().laidOut(picture);
    }

    private Drawing laidOut(Picture picture) {
        ElkNode root = ElkGraphUtil.createGraph();
        Map<ElkNode, Box> nodes = new LinkedHashMap<>();
        add(root, "", picture, nodes);
        new RecursiveGraphLayoutEngine().layout(root, new BasicProgressMonitor());
        nodes.forEach((node, box) -> boxes.add(new Box(box.id(), box.step(), box.opened(), place(node))));
        List<Line> drawn = new ArrayList<>();
        lines.forEach((edge, line) -> drawn.add(placed(edge, line)));
        return new Drawing(picture.sketch().name(), picture.version(), root.getWidth(), root.getHeight(), boxes, drawn);
    }

    private void add(ElkNode parent, String path, Picture picture, Map<ElkNode, Box> nodes) {
        ask(parent, !path.isEmpty());
        Map<String, ElkNode> here = new LinkedHashMap<>();
        for (Step step : picture.sketch().steps().values()) {
            ElkNode node = ElkGraphUtil.createNode(parent);
            node.setDimensions(width(step), height(step));
            here.put(step.id(), node);
            Picture inner = picture.inside().get(step.id());
            nodes.put(node, new Box(path + step.id(), step, inner != null, place(node)));
            if (inner != null) {
                add(node, path + step.id() + "/", inner, nodes);
            }
        }
        for (Link link : picture.sketch().links()) {
            for (String to : link.to()) {
                connect(link, to, path, here);
            }
        }
    }

    private static void ask(ElkNode parent, boolean isInside) {
        parent.setProperty(CoreOptions.ALGORITHM, LayeredOptions.ALGORITHM_ID);
        parent.setProperty(CoreOptions.DIRECTION, Direction.DOWN);
        parent.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.ORTHOGONAL);
        parent.setProperty(CoreOptions.SPACING_NODE_NODE, 30.0);
        parent.setProperty(CoreOptions.SPACING_EDGE_NODE, 18.0);
        parent.setProperty(CoreOptions.SPACING_EDGE_EDGE, 12.0);
        parent.setProperty(CoreOptions.SPACING_EDGE_LABEL, 4.0);
        parent.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 34.0);
        parent.setProperty(LayeredOptions.SPACING_EDGE_NODE_BETWEEN_LAYERS, 16.0);
        parent.setProperty(CoreOptions.PADDING, new ElkPadding(isInside ? HEIGHT_OF_TITLE : 14, 16, 18, 16));
    }

    private void connect(Link link, String to, String path, Map<String, ElkNode> here) {
        ElkNode source = here.get(link.from());
        ElkNode target = here.get(to);
        if (source == null || target == null) {
            return;
        }
        ElkEdge edge = ElkGraphUtil.createSimpleEdge(source, target);
        String text = link.text();
        if (!text.isEmpty()) {
            ElkLabel label = ElkGraphUtil.createLabel(text, edge);
            label.setDimensions(Math.min(MOST_OF_LABEL, text.length()) * WIDTH_OF_NOTE, HEIGHT_OF_LABEL);
            label.setProperty(CoreOptions.EDGE_LABELS_PLACEMENT, EdgeLabelPlacement.CENTER);
        }
        lines.put(edge, new Line(path + link.from(), path + to, link, List.of(), null));
    }

    private static double width(Step step) {
        double name = step.title().length() * WIDTH_OF_NAME + 44;
        double notes = String.join(" · ", step.notes()).length() * WIDTH_OF_NOTE + 28;
        return switch (step.shape()) {
            case START, END, JOIN -> Math.max(64, name - 16);
            case NODE, GRAPH -> Math.clamp(Math.max(name, notes), LEAST_WIDTH, MOST_WIDTH);
        };
    }

    private static double height(Step step) {
        return switch (step.shape()) {
            case START, END, JOIN -> HEIGHT_OF_LOW;
            case NODE, GRAPH -> HEIGHT;
        };
    }

    private static Place place(ElkNode node) {
        Corner corner = corner(node.getParent());
        return new Place(corner.x() + node.getX(), corner.y() + node.getY(), node.getWidth(), node.getHeight());
    }

    /** Where a box that holds others begins: places inside it count from there. */
    private static Corner corner(@Nullable ElkNode holder) {
        double x = 0;
        double y = 0;
        for (ElkNode node = holder; node != null; node = node.getParent()) {
            x += node.getX();
            y += node.getY();
        }
        return new Corner(x, y);
    }

    private static Line placed(ElkEdge edge, Line line) {
        Corner from = corner(edge.getContainingNode());
        List<Corner> corners = new ArrayList<>();
        for (ElkEdgeSection section : edge.getSections()) {
            corners.add(new Corner(from.x() + section.getStartX(), from.y() + section.getStartY()));
            for (ElkBendPoint bend : section.getBendPoints()) {
                corners.add(new Corner(from.x() + bend.getX(), from.y() + bend.getY()));
            }
            corners.add(new Corner(from.x() + section.getEndX(), from.y() + section.getEndY()));
        }
        Place label = edge.getLabels().stream()
                .findFirst()
                .map(text ->
                        new Place(from.x() + text.getX(), from.y() + text.getY(), text.getWidth(), text.getHeight()))
                .orElse(null);
        return new Line(line.from(), line.to(), line.link(), corners, label);
    }
}
